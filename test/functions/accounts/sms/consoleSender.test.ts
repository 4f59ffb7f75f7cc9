import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeConsoleSender } from '../../../../functions/src/accounts/sms/consoleSender.ts'
import { failureOf, MESSAGE, NOW_MS } from './harness/sender.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-outbox-'))
})
afterEach(() => rm(directory, { recursive: true }))

const outboxFile = () => join(directory, 'deeper', 'outbox.jsonl')

function makeSender(file: string, isEmulated = true) {
  const printed: string[] = []
  const sender = makeConsoleSender(
    { sender: 'console', outboxFile: file },
    { isEmulated, now: () => NOW_MS, print: (line) => printed.push(line) },
  )
  return { sender, printed }
}

describe('the console sender', () => {
  test('appends one JSON line a message and prints the text', async () => {
    const { sender, printed } = makeSender(outboxFile())
    const { id, to } = MESSAGE
    await Promise.all([sender.send(MESSAGE), sender.send({ id, to, text: 'a notice' })])
    const lines = (await readFile(outboxFile(), 'utf8')).split('\n')
    expect(lines.pop()).toBe('')
    const at = new Date(NOW_MS).toISOString()
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      expect.arrayContaining([
        { at, to: MESSAGE.to, text: MESSAGE.text, code: MESSAGE.code },
        { at, to: MESSAGE.to, text: 'a notice', code: null },
      ]),
    )
    expect(lines).toHaveLength(2)
    expect(printed.join('\n')).toContain(MESSAGE.text)
    expect(printed).toHaveLength(2)
  })

  test('the outbox is for its owner only, even when it was there before', async () => {
    const existing = join(directory, 'open.jsonl')
    await writeFile(existing, '', { mode: 0o644 })
    for (const file of [outboxFile(), existing]) {
      await makeSender(file).sender.send(MESSAGE)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
    }
  })

  test('a text cannot forge a line of the output', async () => {
    const { sender, printed } = makeSender(outboxFile())
    await sender.send({ ...MESSAGE, text: 'one\nSMS for +1: two\u001b[2K' })
    expect(printed[0]).not.toMatch(/[\u0000-\u001f]/)
  })

  test('outside the emulators it refuses, and neither writes nor prints', async () => {
    const { sender, printed } = makeSender(outboxFile(), false)
    const failure = await failureOf(sender.send(MESSAGE))
    expect(failure).toMatchObject({ kind: 'misconfigured', mayHaveBeenSent: false })
    expect(printed).toEqual([])
    await expect(stat(outboxFile())).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
