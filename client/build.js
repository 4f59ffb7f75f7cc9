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
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'

/** As the manifest has them. `encryption.js` imports nothing either, and nobody loads it who does not ask. */
const ENTRIES = ['index', 'core', 'encryption']
const source = import.meta.dirname
const folder = resolve(process.argv[2] ?? join(source, 'dist'))

rmSync(folder, { recursive: true, force: true })
await bundle('esm')
await bundle('cjs')
writeTypes()
writeManifest()
for (const [from, to] of [
  ['README.md', 'README.md'],
  ['../LICENSE', 'LICENSE'],
]) {
  if (existsSync(join(source, from))) copyFileSync(join(source, from), join(folder, to))
}

function bundle(format) {
  return build({
    entryPoints: ENTRIES.map((name) => join(source, `src/${name}.ts`)),
    outdir: join(folder, format),
    bundle: true,
    external: ['firebase'],
    platform: 'neutral',
    target: 'es2021',
    minify: true,
    keepNames: false,
    format,
    logLevel: 'warning',
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

function writeManifest() {
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const { publishConfig, ...shared } = manifest
  const published = { ...shared, ...publishConfig }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
}
