import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { inCheckout } from '../../../scripts/local/checkout.ts'
import { parseStartOptions } from '../../../scripts/local/startOptions.ts'
import { makeProgram } from '../../../scripts/ops/program.ts'

/** What a shell block gets wrong: scripts, commands, options and files that are not there. */
export const faultsOf = (code: string): string[] => commandsIn(code).flatMap(faultsOfCommand)

/** Continued lines are one; a pipe or `&&` begins another command; comments and redirections go. */
function commandsIn(code: string): string[] {
  return code
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .flatMap((line) => line.split(/\s+(?:\||&&)\s+/))
    .map((command) => command.replace(/\s*(?:<|>)\s*\/dev\/null/, ''))
    .filter((command) => command !== '')
}

/** Not ours, and not installed: only that they are known here. */
const EXTERNAL = ['curl', 'gcloud', 'java', 'javac', 'swift']

function faultsOfCommand(command: string): string[] {
  const words = command.match(/"[^"]*"|\S+/g) ?? []
  const [first = '', second = ''] = words
  if (/^[A-Z_]+=/.test(first) || EXTERNAL.includes(first)) return []
  if (first === 'npm') return faultsOfNpm(words.slice(1))
  if (first === 'npx' && second === 'firebase') return faultsOfFirebase(words.slice(2))
  if (first === 'node') {
    return existsSync(inCheckout(second)) ? [] : [`${command}: there is no ${second}`]
  }
  return [`${command}: not a command that the pages may name`]
}

function faultsOfNpm(words: readonly string[]): string[] {
  const { scripts } = JSON.parse(readFileSync(inCheckout('package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const [name = '', ...rest] = words.filter((word) => word !== 'run' && word !== '-s')
  if (!(name in scripts)) return [`npm has no script ${name}`]
  const args = rest.slice(rest.indexOf('--') + 1)
  if (rest.length === 0) return []
  switch (name) {
    case 'ops':
      return faultsOfOps(args)
    case 'start':
      return faultOf(() => parseStartOptions(args))
    case 'test':
      return args
        .filter((arg) => !['unit', 'rules', 'e2e'].includes(arg) && !existsSync(inCheckout(arg)))
        .map((arg) => `npm test knows no ${arg}`)
    case 'build':
      return args.filter((arg) => !['function', 'site'].includes(arg)).map((arg) => `build ${arg}`)
    default:
      return [`npm run ${name} with arguments is not checked here: ${args.join(' ')}`]
  }
}

/** Options of the program and of its command; a placeholder (`<project>`) is some value. */
function faultsOfOps(args: readonly string[]): string[] {
  let command: Command = makeProgram(() => undefined)
  const options = [...command.options]
  const faults: string[] = []
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!
    const next = command.commands.find((each) => each.name() === arg)
    if (next !== undefined) {
      command = next
      options.push(...next.options)
    } else if (arg.startsWith('--')) {
      const option = options.find(({ long }) => long === arg)
      if (option === undefined) faults.push(`ops has no ${arg} at ${command.name()}`)
      else if (option.required) at += 1
    } else if (command.commands.length > 0) faults.push(`ops ${command.name()} has no ${arg}`)
  }
  if (command.commands.length > 0) faults.push(`ops ${command.name()} is no whole command`)
  return faults
}

/** A command of firebase-tools is a file of its name, and names its options there. */
function faultsOfFirebase([name = '', ...args]: readonly string[]): string[] {
  const file = inCheckout(
    `node_modules/firebase-tools/lib/commands/${name.replaceAll(':', '-')}.js`,
  )
  if (!existsSync(file)) return [`firebase has no ${name}`]
  const source = readFileSync(file, 'utf8')
  return args
    .filter((arg) => arg.startsWith('--') && !source.includes(arg))
    .map((arg) => `firebase ${name} has no ${arg}`)
}

function faultOf(parse: () => unknown): string[] {
  try {
    parse()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
