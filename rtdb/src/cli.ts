#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { RulesError, startRtdb, type Rtdb, type RtdbOptions } from './index.ts'
import { parseRules } from './rules/index.ts'

const USAGE = `A Realtime Database for this machine.

Usage: latchkey-rtdb [options]   (in a checkout: npm run rtdb -- [options])

  --port <n>            port to listen on (9000; 0 takes a free one)
  --host <name>         interface to listen on (127.0.0.1)
  --rules <file>        rules for the namespaces given, or for all
  --namespace <name>    namespace to make at once; may be repeated
  --allow-host <name>   further host name under which clients and pages reach it; may be repeated
  --import <file>       JSON to start with; [namespace=]file; may be repeated
  --export <file>       where the data is written at the end; [namespace=]file; may be repeated
  --persist <file>      keep all data in this file, so that it is there again at the next start
  --functions <address> host:port of the Functions emulator, whose functions run when data changes
  --explain             say which rule denied, to the client and on stderr
  --check <file>        only check a rules file: exit code 0 if it is right, 1 if not
  --help                this text
`

/** Exit codes: right, something failed, called wrongly. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const

const OPTIONS = {
  port: { type: 'string', default: '9000' },
  host: { type: 'string', default: '127.0.0.1' },
  rules: { type: 'string' },
  namespace: { type: 'string', multiple: true, default: [] as string[] },
  'allow-host': { type: 'string', multiple: true, default: [] as string[] },
  import: { type: 'string', multiple: true, default: [] as string[] },
  export: { type: 'string', multiple: true, default: [] as string[] },
  persist: { type: 'string' },
  functions: { type: 'string' },
  explain: { type: 'boolean', default: false },
  check: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const say = (line: string): void => void process.stderr.write(`${line}\n`)

await main()

async function main(): Promise<void> {
  const values = argumentsGiven()
  if (values.help) {
    process.stdout.write(USAGE)
  } else if (values.check !== undefined) {
    process.exitCode = check(values.check)
  } else {
    await serve(values)
  }
}

function argumentsGiven() {
  try {
    const { values } = parseArgs({ options: OPTIONS })
    const port = Number(values.port)
    if (!/^\d+$/.test(values.port) || port > 65535) {
      throw new TypeError(`--port ${values.port} is not a port number`)
    }
    return { ...values, port }
  } catch (error) {
    say(`${messageOf(error)}\nSee --help.`)
    process.exit(EXIT.usage)
  }
}

/** Checks a rules file and tells what is wrong with it. */
function check(file: string): number {
  try {
    parseRules(readFileSync(file, 'utf8'))
    process.stdout.write(`${file}: the rules are right\n`)
    return EXIT.ok
  } catch (error) {
    say(`${file}:${messageOf(error)}`)
    return EXIT.failed
  }
}

async function serve(values: Arguments): Promise<void> {
  const rtdb = await start(values)
  endOnSignal(rtdb, values)
  const names = rtdb.namespaces()
  const shown = names.length > 0 ? names.join(', ') : 'made on first use'
  process.stdout.write(`rtdb ready on ${rtdb.url} (namespaces: ${shown})\n`)
}

type Arguments = ReturnType<typeof argumentsGiven>

async function start(values: Arguments): Promise<Rtdb> {
  try {
    const rtdb = await startRtdb(optionsFrom(values))
    for (const { namespace, file } of dataFiles(values.import, values)) {
      rtdb.import(namespace, JSON.parse(readFileSync(file, 'utf8')))
    }
    return rtdb
  } catch (error) {
    say(explanationOf(error, values))
    process.exit(EXIT.failed)
  }
}

function optionsFrom(values: Arguments): RtdbOptions {
  const { port, host, rules, namespace, explain, persist, functions } = values
  return {
    ...{ port, host, namespace, explain, log: say, allowedHosts: values['allow-host'] },
    ...(rules === undefined ? {} : { rules: readFileSync(rules, 'utf8') }),
    ...(persist === undefined ? {} : { persist }),
    ...(functions === undefined ? {} : { functionsHost: functions }),
  }
}

/** `namespace=file`, or a file for the first namespace given. */
function dataFiles(texts: string[], { namespace }: Arguments) {
  return texts.map((text) => {
    const [, name = namespace[0] ?? 'default', file = ''] = /^(?:([\w.-]+)=)?(.+)$/.exec(text) ?? []
    return { namespace: name, file }
  })
}

function explanationOf(error: unknown, { port, rules = '' }: Arguments): string {
  if (error instanceof RulesError) return `${rules}:${error.message}`
  const { code } = error as NodeJS.ErrnoException
  return code === 'EADDRINUSE'
    ? `Port ${port} is taken: end what uses it, or choose another --port.`
    : messageOf(error)
}

/** A second signal ends the process at once, should closing hang. */
function endOnSignal(rtdb: Rtdb, values: Arguments): void {
  const end = async (): Promise<void> => {
    process.exitCode = EXIT.ok
    try {
      await rtdb.close()
      for (const { namespace, file } of dataFiles(values.export, values)) {
        writeFileSync(file, JSON.stringify(rtdb.export(namespace), null, 2))
        say(`${namespace} is written to ${file}`)
      }
    } catch (error) {
      say(messageOf(error))
      process.exitCode = EXIT.failed
    }
  }
  process.once('SIGINT', () => void end())
  process.once('SIGTERM', () => void end())
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
