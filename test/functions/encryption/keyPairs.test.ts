import { createPrivateKey } from 'node:crypto'
import {
  makeKeyPairs,
  makeRsaPair,
  type KeyPair,
} from '../../../functions/src/encryption/keyPairs.ts'

/** Pairs that are made when the test says so. */
function maker() {
  const begun: ((pair: KeyPair | null) => void)[] = []
  const make = () =>
    new Promise<KeyPair>((resolve, reject) => {
      begun.push((pair) => (pair === null ? reject(new Error('no pair')) : resolve(pair)))
    })
  return { begun, make }
}
const pairOf = (n: number): KeyPair => ({ privateKey: Buffer.from([n]) })
const turn = () => new Promise((resolve) => setImmediate(resolve))
const LONG = 60_000

test('one is made at a time, and they are given in the order of asking', async () => {
  const { begun, make } = maker()
  const pairs = makeKeyPairs({ make, waitingMax: 3, waitMs: LONG })
  const taken = [pairs.take(), pairs.take(), pairs.take()]
  await turn()
  expect(begun).toHaveLength(1)
  for (const n of [0, 1, 2]) {
    begun[n]!(pairOf(n))
    expect(await taken[n]).toEqual(pairOf(n))
    await turn()
    expect(begun).toHaveLength(Math.min(n + 2, 3))
  }
})

test('whoever finds the queue full is told to come back, and waits for nothing', async () => {
  const { begun, make } = maker()
  const pairs = makeKeyPairs({ make, waitingMax: 2, waitMs: LONG })
  const taken = [pairs.take(), pairs.take()]
  expect(pairs.isFull()).toBe(true)
  await expect(pairs.take()).rejects.toMatchObject({
    code: 'unavailable',
    options: { retryAfterSeconds: 5 },
  })
  begun[0]!(pairOf(0))
  await taken[0]
  expect(pairs.isFull()).toBe(false)
  await turn()
  begun[1]!(pairOf(1))
  await taken[1]
})

test('a pair that comes too late is the next one’s', async () => {
  const { begun, make } = maker()
  const pairs = makeKeyPairs({ make, waitingMax: 1, waitMs: 1 })
  await expect(pairs.take()).rejects.toMatchObject({ code: 'unavailable' })
  begun[0]!(pairOf(7))
  await turn()
  expect(await pairs.take()).toEqual(pairOf(7))
  expect(begun).toHaveLength(1)
})

test('a thread that fails leaves the next one to try anew', async () => {
  const { begun, make } = maker()
  const pairs = makeKeyPairs({ make, waitingMax: 2, waitMs: 50 })
  const first = pairs.take()
  begun[0]!(null)
  await expect(first).rejects.toMatchObject({ code: 'unavailable' })
  const second = pairs.take()
  await turn()
  begun[1]!(pairOf(1))
  expect(await second).toEqual(pairOf(1))
})

test('a real one is RSA of 3072 bits, and its making keeps nobody waiting', async () => {
  let turns = 0
  const counting = setInterval(() => (turns += 1), 1)
  const { privateKey } = await makeRsaPair()
  clearInterval(counting)
  const key = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })
  expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 3072, publicExponent: 65537n })
  expect(turns).toBeGreaterThan(5)
})
