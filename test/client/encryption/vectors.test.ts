import { ENCRYPTION } from '../../../protocol/src/index.ts'
import { importPrivateKey, importPublicKey, type Jwk } from '../../../client/src/encryption/keys.ts'
import { openJwe } from '../../../client/src/encryption/openJwe.ts'
import { readJwe } from '../../../client/src/encryption/readJwe.ts'
import { sealJwe } from '../../../client/src/encryption/sealJwe.ts'
import vectors from '../../vectors/jwe.json'

afterEach(() => jest.restoreAllMocks())

async function open(jwe: string, recipient: string): Promise<string | null> {
  const kty = recipient as 'EC' | 'RSA'
  const alg = ENCRYPTION.algs[kty]
  const key = await importPrivateKey(alg, JSON.stringify(vectors.recipients[kty]))
  const read = readJwe(jwe)
  const plaintext = read && (await openJwe(read, alg, key))
  return plaintext && Buffer.from(plaintext).toString()
}

test.each(vectors.accepted)('opens $title', async ({ jwe, recipient, plaintext }) => {
  expect(await open(jwe, recipient)).toBe(plaintext)
})

test.each(vectors.refused)('does not open: $title', async ({ jwe, recipient }) => {
  expect(await open(jwe, recipient)).toBeNull()
})

test('MGF1 with SHA-1, as Java has it by itself, is among them', () => {
  expect(vectors.refused[0]!.title).toContain('MGF1 with SHA-1')
})

/** What OAEP draws is not ours to choose: of RSA there is the direction above alone. */
const AGREED = vectors.accepted.filter(({ recipient }) => recipient === 'EC')

test.each(AGREED)('with the same keys and IV it makes $title', async (vector) => {
  const { subtle } = crypto
  const contentKey = await subtle.importKey(
    'raw',
    Buffer.from(vector.contentKeyHex, 'hex'),
    'AES-GCM',
    true,
    ['encrypt'],
  )
  const ephemeral = vector.ephemeralPrivateKey as Jwk
  const privateKey = await importPrivateKey(ENCRYPTION.algs.EC, JSON.stringify(ephemeral))
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const { kty, crv, x, y } = ephemeral as Required<Jwk>
  const publicKey = await subtle.importKey('jwk', { kty, crv, x, y }, curve, true, [])
  jest
    .spyOn(subtle, 'generateKey')
    .mockResolvedValueOnce(contentKey)
    .mockResolvedValueOnce({ privateKey, publicKey })
  jest.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
    ;(bytes as Uint8Array).set(Buffer.from(vector.ivHex, 'hex'))
    return bytes
  })

  const header = JSON.parse(vector.header) as Readonly<Record<string, string>>
  const { cty = '', kid = '', apu } = header
  const key = await importPublicKey(vectors.recipients.EC as Jwk)
  const to = { key, kid, ...(apu && { apu: Buffer.from(apu, 'base64url').toString() }) }
  const jwe = await sealJwe(Uint8Array.from(Buffer.from(vector.plaintext)), cty, to)

  const parts = jwe.split('.').map((part) => Buffer.from(part, 'base64url'))
  expect(JSON.parse(parts[0]!.toString())).toEqual(header)
  // The tag covers the header, whose members it has in an order of its own.
  expect(parts.slice(1, 4).map((part) => part.toString('hex'))).toEqual([
    vector.encryptedKeyHex,
    vector.ivHex,
    vector.ciphertextHex,
  ])
  expect(await open(jwe, 'EC')).toBe(vector.plaintext)
})

test('that are a request and an answer', () => expect(AGREED).toHaveLength(2))
