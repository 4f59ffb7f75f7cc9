import { unavailable } from '../../../functions/src/deadline.ts'
import type { LogEvent } from '../../../functions/src/log.ts'
import type { Install } from '../../../functions/src/installs/install.ts'
import { makeUseRecorder } from '../../../functions/src/installs/recordUse.ts'
import type { InstallStore } from '../../../functions/src/installs/store.ts'
import { placeOf, startBackend, type Backend } from './harness/backend.ts'

const DAY_MS = 86_400_000

let backend: Backend
let places = 0

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.close())

/** A new key, and a recorder that tells what it does with the cache. */
async function prepare(change: Partial<InstallStore> = {}) {
  const place = placeOf((places += 1))
  const { keyId } = await backend.register(place)
  const cached: (Install | string)[] = []
  const logged: LogEvent[] = []
  const recordUse = makeUseRecorder({
    store: { ...backend.store, ...change },
    cache: {
      replace: (_replaced, by) => void cached.push(by),
      drop: (dropped) => void cached.push(dropped),
    },
    log: (event) => logged.push(event),
  })
  const read = async () => (await backend.store.read(keyId))!
  return { place, keyId, recordUse, cached, logged, read }
}

test('the first use removes the drop and is recorded, in one write', async () => {
  const { place, recordUse, read, cached } = await prepare()
  const install = await read()
  const usedAt = backend.clock.ms + 5000
  const spent = await backend.count(async () => recordUse(install, usedAt))
  expect(spent).toEqual({ reads: 0, writes: 1, denied: 0 })
  expect(backend.credentialAt(place)).toBeUndefined()
  expect(await read()).toMatchObject({ lastUsedAt: usedAt })
  expect((await read()).pickupBy).toBeUndefined()
  // What the cache believes from now on is what is stored.
  expect(cached).toEqual([await read()])
})

test('later uses are written once a day', async () => {
  const { recordUse, read } = await prepare()
  await recordUse(await read(), backend.clock.ms)
  const install = await read()
  expect(recordUse(install, install.lastUsedAt + DAY_MS - 1)).toBeUndefined()
  backend.clock.ms = install.lastUsedAt + DAY_MS
  const writing = recordUse(install, backend.clock.ms)
  expect(writing).toBeDefined()
  await writing
  expect((await read()).lastUsedAt).toBe(backend.clock.ms)
})

test('concurrent first requests share one write', async () => {
  const { recordUse, read } = await prepare()
  const install = await read()
  const spent = await backend.count(() =>
    Promise.all(Array.from({ length: 50 }, async () => recordUse(install, backend.clock.ms))),
  )
  expect(spent.writes).toBe(1)
})

test('a slow clock does not turn the last use back', async () => {
  const { recordUse, read } = await prepare()
  const install = await read()
  await recordUse(install, install.lastUsedAt - 10_000)
  expect((await read()).lastUsedAt).toBe(install.lastUsedAt + 1)
})

test('what another instance has changed meanwhile is read anew', async () => {
  const { keyId, place, recordUse, read, cached } = await prepare()
  const install = await read()
  await backend.issuing.rotate(install)
  const successor = backend.credentialAt(place)
  await recordUse(install, backend.clock.ms)
  expect(cached).toEqual([keyId])
  // The successor's drop stays: its key has not been used.
  expect(backend.credentialAt(place)).toEqual(successor)
})

test('a database that does not answer refuses no request, and is left in peace for 10 s', async () => {
  let calls = 0
  const collect = () => {
    calls += 1
    return Promise.reject(unavailable('database'))
  }
  const { recordUse, read, logged, keyId } = await prepare({ collect })
  const install = await read()
  const nowMs = backend.clock.ms
  await expect(recordUse(install, nowMs)).resolves.toBe(install)
  expect(logged).toEqual([expect.objectContaining({ event: 'use_not_recorded', keyId }) as unknown])
  expect(recordUse(install, nowMs + 9999)).toBeUndefined()
  expect(calls).toBe(1)
  await recordUse(install, nowMs + 10_000)
  expect(calls).toBe(2)
})
