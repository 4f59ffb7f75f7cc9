import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { takeLock } from '../../../scripts/local/lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
const file = join(folder, 'start.lock')
afterEach(() => rmSync(file, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

test('a second holder is told who holds it, until it is released', () => {
  const first = takeLock(file)
  expect(takeLock(file)).toEqual({ heldBy: process.pid })
  if ('release' in first) first.release()
  expect(existsSync(file)).toBe(false)
  expect(takeLock(file)).toHaveProperty('release')
})

test.each([
  ['of a process that has ended', String(spawnSync(process.execPath, ['-e', '']).pid)],
  ['without a process ID', ''],
])('a lock %s does not hold', (_, content) => {
  writeFileSync(file, content)
  expect(takeLock(file)).toHaveProperty('release')
})
