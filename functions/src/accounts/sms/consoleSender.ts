import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SmsFailure } from './smsFailure.ts'
import type { SmsMessage, SmsSender } from './smsSender.ts'

export interface ConsoleSettings {
  readonly sender: 'console'
  /** JSON lines; must be one that git ignores. */
  readonly outboxFile: string
}

export interface ConsoleOptions {
  /** Whether this is a local run: only there may a code be written where others can read it. */
  readonly isEmulated: boolean
  readonly now: () => number
  readonly print: (line: string) => void
}

const NAME = 'console'

/**
 * For local runs: appends `{at, to, text, code}` to the outbox and prints the text, so that whoever
 * runs the service can go on as if a phone had rung. Anywhere else it refuses every message.
 */
export function makeConsoleSender(
  { outboxFile }: ConsoleSettings,
  { isEmulated, now, print }: ConsoleOptions,
): SmsSender {
  return {
    name: NAME,
    send: async (message) => {
      if (!isEmulated) throw new SmsFailure(NAME, 'misconfigured')
      await append(outboxFile, formatLine(message, now()))
      // JSON escapes control characters, which would let a text forge lines of the terminal.
      print(`SMS for ${message.to}: ${JSON.stringify(message.text)} (kept in ${outboxFile})`)
      return { provider: NAME, providerId: null, state: 'delivered' }
    },
  }
}

const formatLine = ({ to, text, code }: SmsMessage, nowMs: number): string =>
  `${JSON.stringify({ at: new Date(nowMs).toISOString(), to, text, code: code ?? null })}\n`

/** One write in append mode, so that lines of several instances stay whole. */
async function append(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(file, 'a', 0o600)
  try {
    // The mode above is for a new file only.
    await handle.chmod(0o600)
    await handle.write(line)
  } finally {
    await handle.close()
  }
}
