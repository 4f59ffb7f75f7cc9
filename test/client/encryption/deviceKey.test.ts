import { deviceKey } from '../../../client/src/encryption.ts'
import { textStorage } from '../../../client/src/storage/textStorage.ts'
import { installDevice, KEPT, newPair, publicText } from './harness/installed.ts'

const encryption = deviceKey()

const serviceKeyOf = async (change: object = {}) => {
  const { open } = await newPair('ECDH-ES+A256KW')
  return JSON.stringify({ ...open, kid: 'v1', ...change })
}
const dropFor = async (publicKey: string, serviceKey?: string) => ({
  kind: 'device-key',
  publicKey,
  serviceKey: serviceKey ?? (await serviceKeyOf()),
})

test('a pair is made before the service is asked, and asked for by its public half alone', async () => {
  const kept = await encryption.prepare(KEPT, false)
  const wish = encryption.wishOf(kept) as { readonly publicKey: object }
  expect(Object.keys(wish)).toEqual(['publicKey'])
  expect(Object.keys(wish.publicKey)).toEqual(['crv', 'kty', 'x', 'y'])
  expect(publicText(wish.publicKey)).toBe(kept.pair!.publicKey)
})

test('where the storage keeps keys, the private half cannot be read out', async () => {
  const { pair } = await encryption.prepare(KEPT, true)
  expect(pair!.privateKey).toMatchObject({ type: 'private', extractable: false })
  const { credential } = await installDevice(true)
  expect(credential.encryption!.privateKey).toMatchObject({ extractable: false })
})

test('a registration that was cut short goes on with its pair', async () => {
  const kept = await encryption.prepare(KEPT, false)
  expect(await encryption.prepare(kept, false)).toBe(kept)
})

test('each registration makes a new pair', async () => {
  const { credential } = await installDevice()
  const next = await encryption.prepare({ ...KEPT, credential }, false)
  expect(next.pair!.publicKey).not.toBe(credential.encryption!.publicKey)
})

test('the pair of the key there is will do for what a rotation has dropped', async () => {
  const { credential } = await installDevice()
  const { publicKey, privateKey } = credential.encryption!
  const keys = await encryption.accept(await dropFor(publicKey), { ...KEPT, credential }, false)
  expect(keys).toMatchObject({ kind: 'device-key', publicKey, privateKey })
})

test.each<[string, (publicKey: string) => unknown]>([
  ['nothing', () => undefined],
  ['a text', () => 'device-key'],
  ['a pair of the service', (publicKey) => ({ kind: 'server-key', publicKey, privateKey: '{}' })],
  // Somebody on the way has put his own in the place of ours.
  ['the key of somebody else', async () => dropFor(publicText((await newPair(EC)).open))],
  ['no key of the service', (publicKey) => ({ kind: 'device-key', publicKey })],
  ['a key of the service that is none', (publicKey) => dropFor(publicKey, '{"kty":"EC"}')],
  ['one without a name', async (key) => dropFor(key, await serviceKeyOf({ kid: undefined }))],
  ['one that is not on the curve', async (key) => dropFor(key, await serviceKeyOf({ x: 'AA' }))],
  [
    'an RSA key of the service',
    async (key) =>
      dropFor(key, JSON.stringify({ ...(await newPair('RSA-OAEP-256')).open, kid: 'v1' })),
  ],
])('a drop with %s is not what was asked for', async (_what, drop) => {
  const kept = await encryption.prepare(KEPT, false)
  const dropped = await drop(kept.pair!.publicKey)
  expect(await encryption.accept(dropped, kept, false)).toBeUndefined()
})

const EC = 'ECDH-ES+A256KW'

test('what a storage keeps as text is the same after a restart', async () => {
  let text = ''
  const storage = textStorage({
    get: () => text,
    set: (next) => void (text = next),
    remove: () => void (text = ''),
  })
  const { credential } = await installDevice()
  const kept = await encryption.prepare({ ...KEPT, credential }, false)
  await storage.write(kept)
  expect(await storage.read()).toEqual(kept)
  expect(encryption.fits((await storage.read())!.credential!)).toBe(true)
})

test('a key from before the app asked for encryption does not do, nor one that was damaged', async () => {
  const { credential } = await installDevice()
  const keys = credential.encryption!
  const { uid, keyId, apiKey, secret } = credential
  expect(encryption.fits({ uid, keyId, apiKey, secret })).toBe(false)
  for (const damaged of [
    { ...keys, kind: 'server-key' as const },
    { ...keys, privateKey: '{' },
    { ...keys, publicKey: 'null' },
  ]) {
    expect(encryption.fits({ ...credential, encryption: damaged })).toBe(false)
  }
})
