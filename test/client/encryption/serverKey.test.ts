import { serverKey } from '../../../client/src/encryption.ts'
import { installServer, KEPT, newPair, publicText } from './harness/installed.ts'

const encryption = serverKey()
const RSA = 'RSA-OAEP-256'

let drop: { readonly kind: string; readonly publicKey: string; readonly privateKey: string }
beforeAll(async () => {
  const { own, open } = await newPair(RSA)
  drop = { kind: 'server-key', publicKey: publicText(open), privateKey: JSON.stringify(own) }
})

test('it is asked for by its name, and nothing is kept before', async () => {
  expect(encryption.wishOf(KEPT)).toBe('server-key')
  expect(await encryption.prepare(KEPT, true)).toBe(KEPT)
})

test('where the storage keeps keys, the private half ends as one that cannot be read out', async () => {
  const { credential } = await installServer(true)
  expect(credential.encryption!.privateKey).toMatchObject({ type: 'private', extractable: false })
  expect((await installServer(false)).credential.encryption!.privateKey).toContain('"d":')
})

test.each<[string, () => unknown]>([
  ['nothing', () => null],
  ['a key of the device', () => ({ ...drop, kind: 'device-key' })],
  ['no private half', () => ({ ...drop, privateKey: undefined })],
  ['a public key twice', () => ({ ...drop, privateKey: drop.publicKey })],
  [
    'halves of two pairs',
    async () => ({ ...drop, publicKey: publicText((await newPair(RSA)).open) }),
  ],
  ['a damaged half', () => ({ ...drop, privateKey: drop.privateKey.slice(1) })],
  [
    'a pair of another kind',
    async () => {
      const { own, open } = await newPair('ECDH-ES+A256KW')
      return { ...drop, publicKey: publicText(open), privateKey: JSON.stringify(own) }
    },
  ],
])('a drop with %s is not what was asked for', async (_what, dropped) => {
  expect(await encryption.accept(await dropped(), KEPT, false)).toBeUndefined()
})
