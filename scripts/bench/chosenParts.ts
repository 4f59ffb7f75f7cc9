import { parseArgs } from 'node:util'

export interface Chosen {
  /** Names of parts, at least one. */
  readonly names: readonly string[]
  readonly isJson: boolean
}

/**
 * What a benchmark of several parts is to measure: those that are named, or all. Undefined when there is
 * nothing to measure, because help was asked for or the arguments are wrong: then that has been said.
 */
export function chosenParts(usage: string, parts: object): Chosen | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return undefined
  }
  if (!positionals.every((name) => Object.hasOwn(parts, name))) {
    process.stderr.write(`${usage}\n`)
    process.exitCode = 2
    return undefined
  }
  return { names: positionals.length > 0 ? positionals : Object.keys(parts), isJson: values.json }
}
