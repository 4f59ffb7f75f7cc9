import { generateKeyPairSync } from 'node:crypto'
import { KeySetUnreachable, makeKeySet } from '../../../functions/src/attest/keySet.ts'
import { BROKEN, json, startProvider, type FakeProvider } from './harness/provider.ts'
import { jwkOf, OTHER_PAIR, PAIR } from './harness/tokens.ts'

const NOW = 1_795_300_000_000
const HOUR = 3_600_000
const ONE = jwkOf(PAIR.publicKey, 'one')
const TWO = jwkOf(OTHER_PAIR.publicKey, 'two')

let provider: FakeProvider
beforeEach(async () => {
  provider = await startProvider(json({ keys: [ONE] }))
})
afterEach(() => provider.close())

/** A set that has been fetched once. */
async function warm() {
  const set = makeKeySet(provider.url)
  expect(await set.find('one', NOW)).toBeDefined()
  return set
}
/** What is looked for, whichever way it comes. */
const find = async (set: ReturnType<typeof makeKeySet>, kid: string, nowMs: number) =>
  set.find(kid, nowMs)
/** Until what was begun beside a request has arrived. */
async function asked(times: number) {
  while (provider.asked.length < times) await new Promise(setImmediate)
}

test('is fetched once, however many wait for it', async () => {
  const set = makeKeySet(provider.url)
  const found = await Promise.all(Array.from({ length: 20 }, () => find(set, 'one', NOW)))
  expect(new Set(found).size).toBe(1)
  expect(provider.asked.length).toBe(1)
})

test('made-up key IDs cause one fetch in half a minute, not one each', async () => {
  const set = await warm()
  for (let n = 0; n < 1000; n += 1) expect(await find(set, `made-up-${n}`, NOW + n)).toBeUndefined()
  expect(provider.asked.length).toBe(1)
  await Promise.all(Array.from({ length: 100 }, (_, n) => find(set, `more-${n}`, NOW + 30_000)))
  expect(provider.asked.length).toBe(2)
})

test('a new key is found as soon as it is published', async () => {
  const set = await warm()
  provider.answer = json({ keys: [ONE, TWO] })
  expect(await find(set, 'two', NOW + 30_000)).toBeDefined()
})

test('an old set is renewed beside the requests, which do not wait', async () => {
  const set = await warm()
  provider.answer = json({ keys: [TWO] })
  expect(set.find('one', NOW + HOUR)).not.toBeInstanceOf(Promise)
  await asked(2)
  // A key that is published no more is believed no more.
  while ((await find(set, 'one', NOW + HOUR + 1)) !== undefined) await new Promise(setImmediate)
  expect(await find(set, 'two', NOW + HOUR + 1)).toBeDefined()
})

test('an outage is lived through for six hours, and no longer', async () => {
  const set = await warm()
  provider.answer = BROKEN['an error']!
  for (const hours of [1, 3, 5.99]) expect(await find(set, 'one', NOW + hours * HOUR)).toBeDefined()
  await asked(2)
  await expect(find(set, 'one', NOW + 6 * HOUR)).rejects.toThrow(KeySetUnreachable)
  provider.answer = json({ keys: [ONE] })
  expect(await find(set, 'one', NOW + 6 * HOUR + 2000)).toBeDefined()
})

describe('while there is no set, nothing is believed:', () => {
  test.each(Object.entries(BROKEN))('the answer is %s', async (_what, answer) => {
    provider.answer = answer
    await expect(find(makeKeySet(provider.url), 'one', NOW)).rejects.toThrow(KeySetUnreachable)
  })

  test('nobody answers', async () => {
    provider.answer = () => undefined
    const startedAt = performance.now()
    await expect(find(makeKeySet(provider.url), 'one', NOW)).rejects.toThrow(KeySetUnreachable)
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })

  test('a provider that is down is not asked by every request', async () => {
    provider.answer = BROKEN['an error']!
    const set = makeKeySet(provider.url)
    for (let n = 0; n < 50; n += 1) {
      await expect(find(set, 'one', NOW + n)).rejects.toThrow(KeySetUnreachable)
    }
    expect(provider.asked.length).toBe(1)
  })
})

const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
test.each([
  ['is too small', { ...jwkOf(small, 'x') }],
  ['is of another kind', { ...jwkOf(curve, 'x'), alg: undefined }],
  ['is a shared secret', { kty: 'oct', k: 'AAAA', kid: 'x' }],
  ['is for another algorithm', { ...TWO, kid: 'x', alg: 'RS512' }],
  ['is for encryption', { ...TWO, kid: 'x', use: 'enc' }],
  ['has no ID', { ...TWO, kid: undefined }],
  ['is none', null],
])('a key that %s is none of ours', async (_what, jwk) => {
  provider.answer = json({ keys: [jwk, ONE] })
  const set = await warm()
  expect(await find(set, 'x', NOW)).toBeUndefined()
})
