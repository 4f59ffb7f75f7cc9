import { parseArgs } from 'node:util'

export interface StartOptions {
  help: boolean
  watch: boolean
  officialDatabase: boolean
  portOffset: number
}

export const startUsage = `Runs all of Latchkey on this machine: database, Auth, Functions and Hosting emulators.

Usage: npm start -- [options]

  --port-offset <n>     add n to every port (0 to 50000), to run beside another project
  --watch               bundle function and page again when their sources change, load the rules again when they do
  --official-database   Google's database emulator (needs Java; is downloaded) instead of ours
  --help                this text

Where everything is reached stands in .local/running.json while it runs. Ctrl-C ends it.`

/** @throws TypeError that says which argument is wrong. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
      'official-database': { type: 'boolean', default: false },
      'port-offset': { type: 'string', default: '0' },
    },
  })
  const portOffset = Number(values['port-offset'])
  if (!/^\d+$/.test(values['port-offset']) || portOffset > 50_000) {
    throw new TypeError('--port-offset must be a whole number from 0 to 50000')
  }
  return {
    help: values.help,
    watch: values.watch,
    officialDatabase: values['official-database'],
    portOffset,
  }
}
