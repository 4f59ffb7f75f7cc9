import { statSync } from 'node:fs'

import { context, type BuildOptions, type Plugin } from 'esbuild'

import { inCheckout } from './checkout.ts'

/** Where `firebase deploy` and functions/package.json expect the bundle. */
export const deployedBundle = inCheckout('functions/lib/index.js')

/**
 * Bundles the function into one file and answers its size in bytes. Everything is inside but the two
 * Firebase packages: the `firebase-functions` binary that reads the manifest must meet our params in its own
 * registry, and the Admin SDK is loaded from its own folder, late (a third of a cold start).
 */
export async function bundle(outfile = deployedBundle): Promise<number> {
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
  const esbuild = await context({ ...bundleOptions(outfile), plugins: [report] })
  await esbuild.watch()
  return () => esbuild.dispose()
}

const bundleOptions = (outfile: string): BuildOptions => ({
  entryPoints: [inCheckout('functions/src/index.ts')],
  outfile,
  absWorkingDir: inCheckout(),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['firebase-functions', 'firebase-admin'],
  sourcemap: 'external',
  // CommonJS packages inside an ES module still call require() for Node's own modules.
  banner: {
    js: "import { createRequire as latchkeyRequire } from 'node:module'; const require = latchkeyRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
