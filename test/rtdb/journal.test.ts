import fs from 'node:fs'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'
import { WireClient } from './support/wireClient.ts'

let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
  file = join(folder, 'data.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function within<T>(work: (rtdb: Rtdb) => Promise<T> | T): Promise<T> {
  const rtdb = await startRtdb({ persist: file })
  try {
    return await work(rtdb)
  } finally {
    await rtdb.close()
  }
}

test('every acknowledged write is there after a restart, in every database', async () => {
  await within(async (rtdb) => {
    const client = await WireClient.connect(rtdb, 'a')
    await client.request('p', {
      p: '/x',
      d: { n: 1, gone: 1, p: { '.value': 1, '.priority': 'b' } },
    })
    await client.request('m', { p: '/x', d: { gone: null, 'deep/k': { '.sv': 'timestamp' } } })
    await client.request('p', { p: '/x/n', d: { '.sv': { increment: 5 } } })
    await client.request('p', { p: '/x/.priority', d: 3 })
    rtdb.import('b', 'leaf')
  })
  const first = await within((rtdb) => [rtdb.export('a'), rtdb.export('b')])
  expect(first).toEqual([
    {
      x: {
        ...{ n: 6, deep: { k: expect.any(Number) as number } },
        ...{ p: { '.value': 1, '.priority': 'b' }, '.priority': 3 },
      },
    },
    'leaf',
  ])
  expect(await within((rtdb) => [rtdb.export('a'), rtdb.export('b')])).toEqual(first)
})

test('what onDisconnect writes when the server closes is kept', async () => {
  await within(async (rtdb) => {
    const client = await WireClient.connect(rtdb, 'a')
    await client.request('o', { p: '/online', d: false })
  })
  expect(await within((rtdb) => rtdb.export('a'))).toEqual({ online: false })
})

test('a last line that was cut off is dropped, anything else that is wrong is refused', async () => {
  await within((rtdb) => rtdb.import('a', { x: 1 }))
  appendFileSync(file, '{"namespace":"a","writes":[["/y",')
  expect(await within((rtdb) => rtdb.export('a'))).toEqual({ x: 1 })
  const good = readFileSync(file, 'utf8')
  writeFileSync(file, `nonsense\n${good}`)
  await expect(startRtdb({ persist: file })).rejects.toThrow(/data\.jsonl:1: not a journal line/)
  expect(readFileSync(file, 'utf8')).toBe(`nonsense\n${good}`)
})

test('a disk that is full for a moment costs the write that it refuses, and no other', async () => {
  await within(async (rtdb) => {
    const client = await WireClient.connect(rtdb, 'a')
    const set = async (p: string, d: string) => (await client.request('p', { p, d })).s
    expect(await set('/before', 'x')).toBe('ok')
    // Half of the line is taken, the rest is not: no test can fill a disk.
    const write = fs.writeSync as (...args: [number, Buffer, number, number, number?]) => number
    const half: typeof write = (fd, bytes, at, count, position) =>
      write(fd, bytes, at, count >>> 1, position)
    const full = jest.spyOn(fs, 'writeSync')
    full.mockImplementationOnce(half as typeof fs.writeSync)
    full.mockImplementationOnce(() => {
      throw new Error('ENOSPC')
    })
    expect(await set('/refused', 'a much longer value, so that something is left')).toBe(
      'internal_error',
    )
    full.mockRestore()
    expect(await set('/after', 'y')).toBe('ok')
    expect(await set('/last', 'z')).toBe('ok')
    expect(rtdb.export('a')).toEqual({ before: 'x', after: 'y', last: 'z' })
  })
  expect(await within((rtdb) => rtdb.export('a'))).toEqual({ before: 'x', after: 'y', last: 'z' })
})

test('only its owner can read the file, and a restart forgets what was replaced', async () => {
  await within((rtdb) => {
    for (let i = 0; i < 100; i++) rtdb.import('a', { x: i })
  })
  const before = statSync(file).size
  await within((rtdb) => expect(rtdb.export('a')).toEqual({ x: 99 }))
  expect(statSync(file).size).toBeLessThan(before / 50)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
