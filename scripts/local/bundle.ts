import { readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { build as esbuildOnce, context, type BuildOptions, type Plugin } from 'esbuild'

import { inCheckout } from './checkout.ts'

/** The package that is uploaded: `main` is where Cloud Functions look for the code. */
const deployed = JSON.parse(readFileSync(inCheckout('functions/package.json'), 'utf8')) as {
  main: string
  dependencies: Record<string, string>
}

/** The bundle in a functions folder, by default the one that is deployed. */
export const bundleIn = (functionsFolder = inCheckout('functions')): string =>
  join(functionsFolder, deployed.main)

/**
 * Bundles the function into one file and answers its size in bytes. Everything is inside but the Admin SDK,
 * which is loaded late from its own folder (a third of a cold start), native modules, which cannot be, and
 * what is large and used late, in files beside it. The other dependencies of the package are `firebase-functions`, whose binary reads the manifest and finds
 * our params although they were declared by the copy inside (its registry is a global symbol's), and those
 * that the Admin SDK shares with us.
 */
export async function bundle(outfile = bundleIn()): Promise<number> {
  // What an earlier version has left there would be uploaded as well.
  rmSync(dirname(outfile), { recursive: true, force: true })
  const esbuild = await context(bundleOptions(outfile))
  try {
    await esbuild.rebuild()
  } finally {
    await esbuild.dispose()
  }
  return statSync(outfile).size
}

/** Bundles again whenever a source changes, until the returned function is called. */
export async function watchBundle(outfile: string, onEnd: (errors: number) => void) {
  const report: Plugin = {
    name: 'report',
    setup: (build) => build.onEnd((result) => onEnd(result.errors.length)),
  }
  const options = bundleOptions(outfile)
  const esbuild = await context({ ...options, plugins: [...(options.plugins ?? []), report] })
  await esbuild.watch()
  return () => esbuild.dispose()
}

/**
 * `firebase-functions/https` loads the Admin SDK for callable functions, of which there are none here. Its
 * exports become getters, so that it is loaded when one of them is used.
 */
const lateAdminSdk: Plugin = {
  name: 'late-admin-sdk',
  setup: (build) => {
    const load = createRequire(import.meta.url)
    build.onResolve({ filter: /^firebase-admin\// }, ({ path, importer }) =>
      /[\\/]firebase-functions[\\/]/.test(importer) ? { path, namespace: 'late' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = { ${Object.keys(load(path) as object)
        .map((name) => `get ${name}() { return require('${path}').${name} }`)
        .join(', ')} }`,
      resolveDir: dirname(bundleIn()),
    }))
  },
}

/** Stays a file beside the bundle: few requests read it, and every start would. */
const documentBeside: Plugin = {
  name: 'document-beside',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]src[\\/]openapi\.json$/ }, ({ path }) => ({
      contents: readFileSync(path),
      loader: 'copy',
    }))
  },
}

/**
 * Packages in files of their own beside the bundle, by what our sources import, all of it late. With them it
 * would be three times as long, and whoever loads a CommonJS file by `import` reads all of it twice: the
 * first time to find its exports.
 */
const BESIDE: Readonly<Record<string, string>> = {
  'undici/lib/dispatcher/pool.js': 'undici',
  express: 'express',
  'libphonenumber-js/max': 'libphonenumber',
  jose: 'jose',
}

/** As `firebase deploy` uploads them. */
export const FILES_BESIDE: readonly string[] = Object.values(BESIDE).map(
  (name) => `lib/${name}.cjs`,
)

const packagesBeside = (outfile: string): Plugin => ({
  name: 'packages-beside',
  setup: (build) => {
    build.onResolve({ filter: /.*/ }, ({ path }) =>
      Object.hasOwn(BESIDE, path) ? { path: `./${BESIDE[path]}.cjs`, external: true } : undefined,
    )
    build.onStart(async () => {
      await esbuildOnce({
        ...SHORT,
        entryPoints: Object.entries(BESIDE).map(([path, out]) => ({
          in: createRequire(import.meta.url).resolve(path),
          out,
        })),
        outdir: dirname(outfile),
        outExtension: { '.js': '.cjs' },
      })
    })
  },
})

/** Half of what loading takes is reading the text. Names stay: they are what a logged stack tells. */
const SHORT = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
} as const satisfies BuildOptions

const bundleOptions = (outfile: string): BuildOptions => ({
  ...SHORT,
  entryPoints: [inCheckout('functions/src/index.ts')],
  outfile,
  absWorkingDir: inCheckout(),
  external: Object.keys(deployed.dependencies).filter((name) => name !== 'firebase-functions'),
  plugins: [lateAdminSdk, documentBeside, packagesBeside(outfile)],
  assetNames: '[name]',
  // The smaller module builds of packages that have one.
  mainFields: ['module', 'main'],
  sourcemap: 'external',
  // CommonJS loads in 0.85 of the time of an ES module here, and meets one copy of each of Firebase's
  // packages: an ES module would have its own @firebase/logger, and could not silence the Admin SDK's.
  format: 'cjs',
  supported: { 'dynamic-import': false },
})
