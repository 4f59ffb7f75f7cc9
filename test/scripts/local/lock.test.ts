import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { inCheckout } from '../../../scripts/local/checkout.ts'
import { takeLock } from '../../../scripts/local/lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
const file = join(folder, 'start.lock')
afterEach(() => rmSync(file, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

/** Takes it and gives it back, or answers who has it. */
async function tryLock(): Promise<number | 'taken'> {
  const lock = await takeLock(file)
  if ('heldBy' in lock) return lock.heldBy
  lock.release()
  return 'taken'
}

const content = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>

test('a second holder is told who holds it, until it is released', async () => {
  const first = await takeLock(file)
  expect(await takeLock(file)).toEqual({ heldBy: process.pid })
  if ('release' in first) first.release()
  expect(existsSync(file)).toBe(false)
  expect(await tryLock()).toBe('taken')
})

test('of two that begin at once, one is told of the other', async () => {
  const both = await Promise.all([takeLock(file), takeLock(file)])
  const releases = both.flatMap((lock) => ('release' in lock ? [lock.release] : []))
  expect(releases).toHaveLength(1)
  releases[0]?.()
})

describe('another process', () => {
  let holder: ChildProcess
  beforeEach(async () => {
    const lock = pathToFileURL(inCheckout('scripts/local/lock.ts')).href
    const program = `
      const { takeLock } = await import(${JSON.stringify(lock)})
      await takeLock(${JSON.stringify(file)})
      process.send('taken')
      setInterval(() => {}, 1000)`
    holder = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    )
    await once(holder, 'message')
  }, 30_000)
  afterEach(async () => {
    if (holder.exitCode !== null || holder.signalCode !== null) return
    holder.kill('SIGKILL')
    await once(holder, 'exit')
  })

  test('is named while it holds it, and no more once it was killed', async () => {
    expect(await tryLock()).toBe(holder.pid)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(await tryLock()).toBe('taken')
  })

  test('that was killed is not taken for the one that has its process ID now', async () => {
    const left = content()
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    for (const pid of [process.pid, process.ppid]) {
      writeFileSync(file, JSON.stringify({ ...left, pid }))
      expect(await tryLock()).toBe('taken')
    }
  })
})

test('one that has the port of a holder that was killed does not hold', async () => {
  const other = createServer((socket) => socket.end('220 ready'))
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const { port } = other.address() as AddressInfo
  writeFileSync(file, JSON.stringify({ pid: process.ppid, port, token: 'a' }))
  expect(await tryLock()).toBe('taken')
  other.close()
})

test.each([
  ['of a process that has ended', String(spawnSync(process.execPath, ['-e', '']).pid)],
  ['that has nothing but an ID, be it that of one that is alive', String(process.ppid)],
  ['without a process ID', ''],
])('a lock %s does not hold', async (_, left) => {
  writeFileSync(file, left)
  expect(await tryLock()).toBe('taken')
})

test('a lock that somebody else has taken meanwhile is not released', async () => {
  const lock = await takeLock(file)
  writeFileSync(file, 'another')
  if ('release' in lock) lock.release()
  expect(existsSync(file)).toBe(true)
})
