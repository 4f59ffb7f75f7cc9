import { build, type BuildOptions } from 'esbuild'

import { inCheckout } from '../local/checkout.ts'

/** The demo page's script: what lies in `web/src`, the SDK and Firebase in one file. */
export async function demoScript(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build(OPTIONS)
  return new Map(outputFiles.map(({ text }) => ['demo.js', text]))
}

const OPTIONS = {
  entryPoints: [inCheckout('web/src/demo.ts')],
  absWorkingDir: inCheckout(),
  write: false,
  bundle: true,
  platform: 'browser',
  format: 'esm',
  // `light-dark()` in the styles asks for browsers of 2024 anyway.
  target: 'es2022',
  minify: true,
  legalComments: 'eof',
  logLevel: 'warning',
} as const satisfies BuildOptions
