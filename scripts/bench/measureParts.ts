import { parseArgs } from 'node:util'
import { isMissed, type Figure } from './rtdb/figure.ts'

export interface Chosen {
  /** Names of parts, at least one. */
  readonly names: readonly string[]
  readonly isJson: boolean
}

/**
 * Runs a benchmark of several parts as its arguments say: those that are named, or all. The exit code
 * is 1 when a limit was missed, and 2 for arguments that are wrong.
 */
export async function measureParts(
  usage: string,
  parts: object,
  measure: (chosen: Chosen) => Promise<readonly Figure[]>,
): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return
  }
  if (!positionals.every((name) => Object.hasOwn(parts, name))) {
    process.stderr.write(`${usage}\n`)
    process.exitCode = 2
    return
  }
  const names = positionals.length > 0 ? positionals : Object.keys(parts)
  const figures = await measure({ names, isJson: values.json })
  if (values.json) console.log(JSON.stringify(figures))
  if (figures.some(isMissed)) process.exitCode = 1
}
