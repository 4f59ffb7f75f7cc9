import { readFileSync } from 'node:fs'

import { ensureIssuerKeys } from './attest/issuerKeys.ts'
import { inCheckout } from './local/checkout.ts'
import { takeLock } from './local/lock.ts'
import { ensureSecrets } from './local/secrets.ts'
import { overview } from './local/overview.ts'
import { findPorts } from './local/ports.ts'
import { readRunning, removeRunning, writeRunning } from './local/running.ts'
import { startStack, type Stack } from './local/stack.ts'
import { parseStartOptions, startUsage, type StartOptions } from './local/startOptions.ts'
import { watch } from './local/watch.ts'

const runningFile = inCheckout('.local/running.json')
const logFile = inCheckout('.local/start.log')
const secretFile = inCheckout('functions/.secret.local')

const startedAt = performance.now()
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: StartOptions
  try {
    options = parseStartOptions(args)
  } catch (error) {
    say(`${(error as Error).message}\n\n${startUsage}`)
    return 2
  }
  if (options.help) {
    console.log(startUsage)
    return 0
  }
  const lock = await takeLock(inCheckout('.local/start.lock'))
  if ('heldBy' in lock) return tellWhoIsRunning(lock.heldBy)
  try {
    return await runUntilStopped(options)
  } finally {
    lock.release()
  }
}

/** Answers the exit code: 0 when it was asked to stop, 1 when something failed. */
async function runUntilStopped(options: StartOptions): Promise<number> {
  const stop = stopSignal()
  removeRunning(runningFile) // left behind by one that was killed
  let stack: Stack | undefined
  let stopWatching: (() => Promise<void>) | undefined
  try {
    stack = await start(options, stop)
    if (options.watch) stopWatching = await watch(stack, progress)
    writeRunning(runningFile, stack.running)
    console.log(`\nLatchkey is running:\n${overview(stack.running)}\n`)
    console.log(`Open ${stack.running.hostingUrl}/demo.html and press Next.`)
    console.log('Or, in another terminal:  npm run demo\nCtrl-C ends everything.')
    const died = await Promise.race([stack.died, aborted(stop)])
    if (died) throw new Error(`${died}. What it printed stands in .local/start.log.`)
    say('\nStopping…')
    return 0
  } catch (error) {
    if (stop.aborted) return 0
    say(`\n${(error as Error).message}`)
    return 1
  } finally {
    removeRunning(runningFile)
    await stopWatching?.()
    await stack?.close()
    say('Everything that was started has ended.')
  }
}

async function start(options: StartOptions, stop: AbortSignal): Promise<Stack> {
  if (ensureSecrets(secretFile)) progress('Local secrets made: functions/.secret.local')
  const { ports, moved } = await findPorts(options.portOffset)
  for (const { part, from, to } of moved)
    progress(`Port ${from} is taken (or closed to browsers): ${part} uses ${to}`)
  progress('Starting the database and the emulators…')
  const secrets = readFileSync(secretFile, 'utf8')
  return startStack(
    {
      ports,
      secrets,
      issuerKeys: ensureIssuerKeys(secrets),
      withDeveloperEnv: true,
      officialDatabase: options.officialDatabase,
      logFile,
      onProgress: progress,
      onLine: showFunctionLogs,
    },
    stop,
  )
}

/** Aborts at Ctrl-C and its like. A second one, later, ends this process at once; its children follow it. */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  let stoppedAt = Infinity
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm passes the terminal's own Ctrl-C on to us once more: that is not a second one.
      if (performance.now() - stoppedAt > 1000) process.exit(130)
      stoppedAt = Math.min(stoppedAt, performance.now())
      controller.abort()
    })
  }
  // npm ends at SIGTERM without passing it on; what it has started would live on unseen.
  const npm = process.ppid
  const look = () => process.ppid !== npm && controller.abort()
  if (process.env['npm_lifecycle_event']) setInterval(look, 500).unref()
  return controller.signal
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined))
  })
}

function tellWhoIsRunning(pid: number): number {
  const running = readRunning(runningFile)
  say(`npm start is already running in this checkout (process ${pid}).`)
  say(running ? overview(running) : '  It is still starting.')
  say(`Stop it with Ctrl-C there, or with: kill ${pid}`)
  return 1
}

/** firebase-tools marks what the function itself prints with '>', and warnings with '⚠'. */
function showFunctionLogs(line: string): void {
  if (/^\s*>/.test(line)) console.log(line)
}

function progress(text: string): void {
  say(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${text}`)
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
