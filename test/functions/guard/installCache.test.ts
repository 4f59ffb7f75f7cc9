import { makeInstallCache } from '../../../functions/src/guard/installCache.ts'
import type { Install } from '../../../functions/src/installs/install.ts'
import { keyOf } from '../harness/key.ts'

const TTL_MS = 60_000
const NEVER: number = Number.POSITIVE_INFINITY

const installOf = (n: number, more: Partial<Install> = {}): Install => ({
  keyId: keyOf(n).keyId,
  uid: 'uid',
  slot: 'slot',
  status: 'active',
  scopes: ['accounts'],
  createdAt: 0,
  lastUsedAt: 0,
  masterVersion: 1,
  ...more,
})
const A = installOf(1)

/** A cache over a table of records whose reads end when the test says so. */
function setUp({ max = 100, liveSince = NEVER } = {}) {
  const records = new Map<string, Install>([[A.keyId, A]])
  const pending: (() => void)[] = []
  const feed = { liveSince }
  let reads = 0
  const cache = makeInstallCache({
    read: (keyId) => {
      reads += 1
      // What the database has now is what it will answer.
      const found = records.get(keyId) ?? null
      return new Promise((resolve) => pending.push(() => resolve(found)))
    },
    liveSince: () => feed.liveSince,
    max,
    ttlMs: TTL_MS,
  })
  const settle = () => pending.splice(0).forEach((answer) => answer())
  return {
    cache,
    records,
    feed,
    settle,
    reads: () => reads,
    /** Asks, and lets the database answer. */
    get: async (keyId: string, nowMs: number) => {
      const found = cache.get(keyId, nowMs)
      settle()
      return found
    },
  }
}

test('concurrent callers share one read', async () => {
  const { cache, settle, reads } = setUp()
  const all = Promise.all(Array.from({ length: 20 }, async () => cache.get(A.keyId, 0)))
  settle()
  expect(await all).toEqual(Array.from({ length: 20 }, () => A))
  expect(reads()).toBe(1)
})

test('a cached record is there at once, without a promise', async () => {
  const { cache, get } = setUp()
  await get(A.keyId, 0)
  expect(cache.get(A.keyId, 1)).toBe(A)
})

test('an absent record is remembered as well', async () => {
  const { cache, get, reads } = setUp()
  expect(await get('none', 0)).toBeNull()
  expect(cache.get('none', 1)).toBeNull()
  expect(reads()).toBe(1)
})

test('a read that fails is not remembered, and fails all who shared it', async () => {
  let fails = true
  const cache = makeInstallCache({
    read: () => (fails ? Promise.reject(new Error('down')) : Promise.resolve(A)),
    liveSince: () => NEVER,
    max: 10,
    ttlMs: TTL_MS,
  })
  const get = async () => cache.get(A.keyId, 0)
  const both = await Promise.allSettled([get(), get()])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect(await cache.get(A.keyId, 0)).toBe(A)
})

describe('how long a record is believed', () => {
  test('for its TTL while the feed is not live, to the millisecond', async () => {
    const { cache, get, reads } = setUp()
    await get(A.keyId, 1000)
    expect(cache.get(A.keyId, 1000 + TTL_MS - 1)).toBe(A)
    expect(reads()).toBe(1)
    await get(A.keyId, 1000 + TTL_MS)
    expect(reads()).toBe(2)
  })
  test('for ever while the feed has been live since it was read', async () => {
    const { cache, get } = setUp({ liveSince: 1000 })
    await get(A.keyId, 1000)
    expect(cache.get(A.keyId, 1e12)).toBe(A)
  })
  test('for its TTL when the feed has been live since later', async () => {
    const { get, reads, cache } = setUp({ liveSince: 1000 })
    await get(A.keyId, 999)
    expect(cache.get(A.keyId, 999 + TTL_MS - 1)).toBe(A)
    await get(A.keyId, 999 + TTL_MS)
    expect(reads()).toBe(2)
    // Read again, it is covered.
    expect(cache.get(A.keyId, 1e12)).toBe(A)
  })
  test('no longer when the feed falls silent and the TTL is over', async () => {
    const { get, feed, reads } = setUp({ liveSince: 0 })
    await get(A.keyId, 0)
    feed.liveSince = NEVER
    await get(A.keyId, TTL_MS)
    expect(reads()).toBe(2)
  })
})

describe('a revocation', () => {
  test('drops what is cached', async () => {
    const { cache, records, get } = setUp({ liveSince: 0 })
    await get(A.keyId, 0)
    records.set(A.keyId, { ...A, status: 'revoked' })
    cache.drop(A.keyId)
    expect((await get(A.keyId, 1))?.status).toBe('revoked')
  })
  test('during a read keeps that read’s answer out of the cache', async () => {
    const { cache, records, settle, get } = setUp({ liveSince: 0 })
    const early = cache.get(A.keyId, 0)
    records.set(A.keyId, { ...A, status: 'revoked' })
    cache.drop(A.keyId)
    settle()
    await early
    expect((await get(A.keyId, 1))?.status).toBe('revoked')
  })
  test('during a read is not shared by those who come after it', async () => {
    const { cache, records, settle } = setUp({ liveSince: 0 })
    const early = cache.get(A.keyId, 0)
    records.set(A.keyId, { ...A, status: 'revoked' })
    cache.drop(A.keyId)
    const late = cache.get(A.keyId, 1)
    settle()
    expect((await late)?.status).toBe('revoked')
    await early
    // Whichever was answered last, the cache has the later one.
    expect(cache.get(A.keyId, 2)).toMatchObject({ status: 'revoked' })
  })
})

describe('what we have written ourselves', () => {
  const used = installOf(1, { lastUsedAt: 5 })
  test('replaces the record it was made from, and is believed as long', async () => {
    const { cache, get, reads } = setUp()
    await get(A.keyId, 0)
    cache.replace(A, used)
    expect(cache.get(A.keyId, TTL_MS - 1)).toBe(used)
    await get(A.keyId, TTL_MS)
    expect(reads()).toBe(2)
  })
  test('does not replace one that was read since: it may be revoked', async () => {
    const { cache, records, get } = setUp({ liveSince: 0 })
    await get(A.keyId, 0)
    records.set(A.keyId, { ...A, status: 'revoked' })
    cache.drop(A.keyId)
    await get(A.keyId, 1)
    cache.replace(A, used)
    expect(cache.get(A.keyId, 2)).toMatchObject({ status: 'revoked' })
  })
  test('is not cached when the record was dropped', () => {
    const { cache } = setUp()
    cache.replace(A, used)
    expect(cache.size).toBe(0)
  })
})

test('no more than the cap are kept, the least recent go first', async () => {
  const { cache, records, get, reads } = setUp({ max: 1000, liveSince: 0 })
  for (let n = 0; n < 5000; n += 1) {
    const install = installOf(n)
    records.set(install.keyId, install)
    await get(install.keyId, 0)
    // Used all the time, so never the least recent.
    void cache.get(keyOf(0).keyId, 0)
    expect(cache.size).toBeLessThanOrEqual(1000)
  }
  expect(cache.size).toBe(1000)
  const before = reads()
  await get(keyOf(0).keyId, 0)
  await get(keyOf(4999).keyId, 0)
  expect(reads()).toBe(before)
  await get(keyOf(2).keyId, 0)
  expect(reads()).toBe(before + 1)
})
