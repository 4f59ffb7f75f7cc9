import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { inCheckout } from '../local/checkout.ts'

/** Compiled programs by the name of their source. */
export interface Programs {
  fileOf(source: string): string
  remove(): void
}

/**
 * Compiles the bench's programs as the service is compiled for deployment: what runs TypeScript as it is
 * loaded adds a call to every function that it meets. npm packages stay where they are.
 */
export async function compilePrograms(sources: readonly string[]): Promise<Programs> {
  const parent = inCheckout('.cache')
  mkdirSync(parent, { recursive: true })
  // Inside the checkout, so that packages are found.
  const folder = mkdtempSync(join(parent, 'bench-'))
  await build({
    entryPoints: sources.map((source) => inCheckout('scripts/bench', source)),
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    alias: {
      '@latchkey/protocol': inCheckout('protocol/src/index.ts'),
      '@latchkey/rtdb': inCheckout('rtdb/src/index.ts'),
    },
    logLevel: 'warning',
  })
  return {
    fileOf: (source) => join(folder, `${basename(source, '.ts')}.mjs`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
