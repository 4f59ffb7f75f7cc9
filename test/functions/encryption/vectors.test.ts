import { constants, createECDH, createPrivateKey, privateDecrypt, webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { compactDecrypt, importJWK, type JWK } from 'jose'
import { openJwe, type PrivateKey } from '../../../functions/src/encryption/openJwe.ts'
import { readJwe } from '../../../functions/src/encryption/readJwe.ts'
import vectors from '../../vectors/jwe.json'

const { EC, RSA } = vectors.recipients
type Recipient = keyof typeof vectors.recipients
let keys: Readonly<Record<Recipient, PrivateKey>>

beforeAll(async () => {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(EC.d, 'base64url')
  const hash = { name: 'RSA-OAEP', hash: 'SHA-256' }
  keys = {
    EC: { alg: 'ECDH-ES+A256KW', ecdh },
    RSA: {
      alg: 'RSA-OAEP-256',
      key: await webcrypto.subtle.importKey('jwk', RSA, hash, false, ['decrypt']),
    },
  }
})

const open = async (text: string, recipient: string): Promise<string | undefined> => {
  const jwe = readJwe(text)
  const plaintext = jwe && (await openJwe(jwe, keys[recipient as Recipient]))
  return plaintext?.toString()
}
const byJose = async (text: string, recipient: string): Promise<string> => {
  const jwk: JWK = recipient === 'EC' ? EC : RSA
  const key = await importJWK(jwk, recipient === 'EC' ? 'ECDH-ES+A256KW' : 'RSA-OAEP-256')
  return Buffer.from((await compactDecrypt(text, key)).plaintext).toString()
}

test.each(vectors.accepted)('$title', async ({ jwe, recipient, plaintext }) => {
  expect(await open(jwe, recipient)).toBe(plaintext)
  // By code that is not ours.
  expect(await byJose(jwe, recipient)).toBe(plaintext)
})

test.each(vectors.refused)('refused: $title', async ({ jwe, recipient }) => {
  expect(await open(jwe, recipient)).toBeUndefined()
})

test('the hash of MGF1 is all that is wrong with the one that Java makes', async () => {
  const [wrong] = vectors.refused
  const right = vectors.accepted.find(({ recipient }) => recipient === 'RSA')!
  const key = createPrivateKey({ key: RSA, format: 'jwk' })
  const encoded = (hex: string) =>
    privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.from(hex, 'hex'))
  expect(encoded(right.encryptedKeyHex).toString('hex')).toBe(right.encodedHex)
  expect(encoded(wrong!.encryptedKeyHex!).toString('hex')).toBe(wrong!.encodedHex)
  expect(wrong!.seedHex).toBe(right.seedHex)
  await expect(byJose(wrong!.jwe, 'RSA')).rejects.toThrow()
})

test('no change of a character decrypts, whichever it is', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ '
  const [good] = vectors.accepted
  await fc.assert(
    fc.asyncProperty(
      fc.nat(good!.jwe.length - 1),
      fc.constantFrom(...alphabet),
      async (at, character) => {
        fc.pre(good!.jwe[at] !== character)
        const text = good!.jwe.slice(0, at) + character + good!.jwe.slice(at + 1)
        expect(await open(text, 'EC')).toBeUndefined()
      },
    ),
    { numRuns: 3000 },
  )
})

test('nothing that anybody makes up is read as one, or throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.array(fc.base64String()), async (text, parts) => {
      expect(await open(text, 'EC')).toBeUndefined()
      expect(await open(parts.join('.'), 'RSA')).toBeUndefined()
    }),
    { numRuns: 1000 },
  )
})
