import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { layLocalRun } from '../../../scripts/local/localRun.ts'
import { usualPorts } from '../../../scripts/local/ports.ts'
import { describeRunning } from '../../../scripts/local/running.ts'
import { LOCAL_RUN_PATH, OUTBOX_PATH, type LocalRun } from '../../../web/src/localRun.ts'

let folder: string
const inside = (...names: string[]) => join(folder, ...names)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-local-run-'))
  mkdirSync(inside('public'))
  mkdirSync(inside('functions'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What the page is told by a run with these params. */
function lay(env: string): LocalRun {
  writeFileSync(inside('functions/.env.local'), env)
  const running = { ...describeRunning(usualPorts), attestIssuerUrl: 'http://127.0.0.1:9199' }
  layLocalRun(inside('public'), running, inside('functions'))
  return JSON.parse(readFileSync(inside('public', LOCAL_RUN_PATH), 'utf8')) as LocalRun
}

test('the page is told where the emulators are', () => {
  expect(lay('')).toEqual({
    projectId: 'demo-latchkey',
    namespace: 'demo-latchkey-default-rtdb',
    authEmulatorHost: '127.0.0.1:9099',
    databaseEmulatorHost: '127.0.0.1:9000',
    hasOutbox: false,
    attestIssuerUrl: 'http://127.0.0.1:9199',
    enforcesAttestation: false,
  })
})

test.each([
  ['ATTEST=""', false],
  ['ATTEST="open=observe"', false],
  ['ATTEST="open=observe,sms=enforce"', true],
  // The developer's own file comes last.
  ['ATTEST="open=observe"\nATTEST="open=enforce"', true],
])('with %j, that the page must bring tokens is %s', (env, expected) => {
  expect(lay(env).enforcesAttestation).toBe(expected)
})

test('the outbox is there before the first text, and grows with it', () => {
  const outbox = inside('texts/outbox.jsonl')
  expect(lay(`SMS_OUTBOX_FILE="first"\nSMS_OUTBOX_FILE="${outbox}"\n`).hasOutbox).toBe(true)
  const shown = () => readFileSync(inside('public', OUTBOX_PATH), 'utf8')
  expect(shown()).toBe('')
  appendFileSync(outbox, 'a text\n')
  expect(shown()).toBe('a text\n')
})

test('a developer who has texts sent has no outbox to show, and no number is made up', () => {
  expect(lay('SMS_OUTBOX_FILE=outbox\nSMS_SENDER="twilio"\n').hasOutbox).toBe(false)
  expect(existsSync(inside('public', OUTBOX_PATH))).toBe(false)
})
