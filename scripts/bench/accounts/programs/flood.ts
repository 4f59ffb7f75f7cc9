import { setTimeout as sleep } from 'node:timers/promises'
import { benchInstalls } from '../../servers/installs.ts'
import { makeSender, sign } from './sender.ts'

// Logs in without end, `argv[3]` logins under way at any moment, each with another key and number: those
// have limits of their own, and what is measured is an attack that they do not stop.

/** They belong to whoever is measured meanwhile. */
const INSTALLS_SPARED = 100

/** A 503 asks for two seconds; this flood is twenty times as rude. At random, or all came at once. */
const PAUSE_MS = 100

const send = makeSender(Number(process.argv[2]))
const logins = Number(process.argv[3])
const installs = benchInstalls().slice(INSTALLS_SPARED)
/** Answers by status. */
let counts: Record<number, number> = {}
let sent = 0
let isOn = false

async function logInWithoutEnd(): Promise<void> {
  for (;;) {
    if (!isOn) {
      await sleep(10)
      continue
    }
    const n = sent++
    const body = JSON.stringify({ phone: `+4915${112_000_000 + n}`, password: 'of the flood' })
    const call = { method: 'POST', path: '/api/login', body } as const
    const status = await send(await sign(installs[n % installs.length]!, call))
    counts[status] = (counts[status] ?? 0) + 1
    if (status === 503) await sleep(PAUSE_MS * 2 * Math.random())
  }
}

process.on('message', (message) => {
  if (message === 'on') isOn = true
  if (message === 'off') {
    isOn = false
    process.send!(counts)
    counts = {}
  }
})
process.send!('ready')
await Promise.all(Array.from({ length: logins }, logInWithoutEnd))
