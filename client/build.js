// Builds the package as it would be published: ES modules and CommonJS, each with its types.
//
//   node client/build.js [folder = client/dist]
//
// `esm/core.js` imports nothing: a page without a bundler can load it from a local file. Firebase is never
// inside: the app has its own. The manifest is that of the sources with its `publishConfig` laid over.
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'

/** As the manifest has them. `encryption.js` imports nothing either, and nobody loads it who does not ask. */
const ENTRIES = ['index', 'core', 'encryption']
/** What both forms have in common. */
const BUNDLE = {
  bundle: true,
  external: ['firebase'],
  platform: 'neutral',
  target: 'es2021',
  minify: true,
  keepNames: false,
  // Fields as assignments: as definitions, this target has them written with a helper.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  logLevel: 'warning',
}
const source = import.meta.dirname
const folder = resolve(process.argv[2] ?? join(source, 'dist'))

rmSync(folder, { recursive: true, force: true })
for (const [entry, exported] of await bundleModules()) await bundleCommonJs(entry, exported)
writeTypes()
writeManifests()
for (const [from, to] of [
  ['README.md', 'README.md'],
  ['../LICENSE', 'LICENSE'],
]) {
  if (existsSync(join(source, from))) copyFileSync(join(source, from), join(folder, to))
}

/** Answers the names that each entry exports. */
async function bundleModules() {
  const { metafile } = await build({
    ...BUNDLE,
    entryPoints: ENTRIES.map((name) => join(source, `src/${name}.ts`)),
    outdir: join(folder, 'esm'),
    format: 'esm',
    metafile: true,
  })
  const outputs = Object.entries(metafile.outputs)
  return new Map(outputs.map(([file, { exports }]) => [basename(file, '.js'), exports]))
}

/** With `module.exports` written here: esbuild's own is a getter for each name, 200 bytes gzipped in all. */
function bundleCommonJs(entry, exported) {
  const names = exported.join(', ')
  return build({
    ...BUNDLE,
    stdin: {
      contents: `import { ${names} } from './src/${entry}.ts'; module.exports = { ${names} }`,
      resolveDir: source,
    },
    outfile: join(folder, `cjs/${entry}.js`),
    format: 'cjs',
    banner: { js: '"use strict";' },
  })
}

/** Our types, and those of the protocol that they speak of, which is no package of its own outside. */
function writeTypes() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const types = join(folder, 'esm/types')
  const project = join(source, 'tsconfig.build.json')
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', types], { stdio: 'inherit' })
  for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(types, name)
    const protocol = relative(dirname(file), join(types, 'protocol/src/index.js'))
    const text = readFileSync(file, 'utf8')
      .replaceAll("'@latchkey/protocol'", `'${protocol}'`)
      .replace(/(from '\.[^']*)\.ts'/g, "$1.js'")
    writeFileSync(file, text)
  }
  cpSync(types, join(folder, 'cjs/types'), { recursive: true })
  for (const [name, type] of [
    ['esm', 'module'],
    ['cjs', 'commonjs'],
  ]) {
    writeFileSync(
      join(folder, name, 'package.json'),
      `{ "type": "${type}", "sideEffects": false }\n`,
    )
  }
}

function writeManifests() {
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const { publishConfig, ...shared } = manifest
  const published = { ...shared, ...publishConfig }
  writeJson(join(folder, 'package.json'), published)
  for (const entry of ENTRIES) {
    if (entry !== 'index') writeStub(entry, published.exports[`./${entry}`])
  }
}

/** For who does not read `exports`: Metro before React Native 0.79, TypeScript with `moduleResolution: node10`. */
function writeStub(entry, { import: esm, require: cjs }) {
  mkdirSync(join(folder, entry))
  writeJson(join(folder, entry, 'package.json'), {
    main: `.${cjs.default}`,
    module: `.${esm.default}`,
    types: `.${cjs.types}`,
    sideEffects: false,
  })
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}
