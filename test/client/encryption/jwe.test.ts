import fc from 'fast-check'
import { compactDecrypt, CompactEncrypt, importJWK, type JWK } from 'jose'
import { importPrivateKey, importPublicKey, type Jwk } from '../../../client/src/encryption/keys.ts'
import { openJwe } from '../../../client/src/encryption/openJwe.ts'
import { readJwe } from '../../../client/src/encryption/readJwe.ts'
import { sealJwe } from '../../../client/src/encryption/sealJwe.ts'
import { newPair, type Alg } from './harness/installed.ts'

const ALGS: readonly Alg[] = ['ECDH-ES+A256KW', 'RSA-OAEP-256']

describe.each(ALGS)('%s', (alg) => {
  let own: JWK
  let open: JWK
  let key: CryptoKey
  beforeAll(async () => {
    ;({ own, open } = await newPair(alg))
    key = await importPrivateKey(alg, JSON.stringify(own))
  })

  const seal = async (bytes: Uint8Array<ArrayBuffer>, apu?: string) =>
    sealJwe(bytes, 'json', {
      key: await importPublicKey(open as Jwk),
      kid: 'k',
      ...(apu !== undefined && { apu }),
    })
  const sealByJose = (bytes: Uint8Array, header: object = {}) =>
    new CompactEncrypt(bytes)
      .setProtectedHeader({ alg, enc: 'A256GCM', kid: 'k', cty: 'json', ...header })
      .encrypt(open)
  const openHere = async (text: string) => {
    const jwe = readJwe(text)
    return jwe && openJwe(jwe, alg, key)
  }

  test('whatever is encrypted here, jose decrypts', async () => {
    const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Uint8Array.from(array))
    await fc.assert(
      fc.asyncProperty(bytes, async (plaintext) => {
        const read = await compactDecrypt(await seal(plaintext, 'sender'), own)
        expect(Buffer.from(read.plaintext)).toEqual(Buffer.from(plaintext))
        expect(read.protectedHeader).toMatchObject({ alg, enc: 'A256GCM', kid: 'k', cty: 'json' })
      }),
      { numRuns: 30 },
    )
  })

  test('whatever jose encrypts, is decrypted here', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (plaintext) => {
        const read = await openHere(await sealByJose(plaintext))
        expect(Buffer.from(read!)).toEqual(Buffer.from(plaintext))
      }),
      { numRuns: 30 },
    )
  })

  test('no two messages have anything in common but their header', async () => {
    const [one, other] = [await seal(Uint8Array.of(1)), await seal(Uint8Array.of(1))]
    const [first, second] = [one.split('.').slice(1), other.split('.').slice(1)]
    for (const [at, part] of first.entries()) expect(part).not.toBe(second[at])
  })

  test('one changed character, wherever it is, and it does not open', async () => {
    const text = await sealByJose(Buffer.from('{"a":1}'))
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '
    const place = fc.nat(text.length - 1)
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom(...alphabet), async (at, character) => {
        fc.pre(text[at] !== character)
        expect(await openHere(text.slice(0, at) + character + text.slice(at + 1))).toBeNull()
      }),
      { numRuns: 400 },
    )
  })

  test('a key for the other algorithm does not open it', async () => {
    const jwe = readJwe(await sealByJose(Buffer.from('{}')))!
    const other = ALGS.find((one) => one !== alg)!
    expect(await openJwe(jwe, other, key)).toBeNull()
  })

  const headerOf = (text: string, change: object): string => {
    const [header = '', ...parts] = text.split('.')
    const read = JSON.parse(Buffer.from(header, 'base64url').toString()) as object
    const changed = Buffer.from(JSON.stringify({ ...read, ...change })).toString('base64url')
    return [changed, ...parts].join('.')
  }

  test.each<[string, object]>([
    ['zip', { zip: 'DEF' }],
    ['crit', { crit: ['exp'], exp: 1 }],
    ['another enc', { enc: 'A128GCM' }],
    ['an unknown member', { jku: 'https://elsewhere.example' }],
    ['no kid', { kid: undefined }],
    ['a number as cty', { cty: 1 }],
    ['a point of another curve', { epk: { kty: 'EC', crv: 'P-384', x: 'AA', y: 'AA' } }],
    ['a header too long', { kid: 'k'.repeat(1024) }],
  ])('a header with %s is none of ours', async (_what, change) => {
    expect(readJwe(headerOf(await sealByJose(Buffer.from('{}')), change))).toBeNull()
  })

  test.each<[string, (text: string) => string]>([
    ['four parts', (text) => text.split('.').slice(1).join('.')],
    ['six parts', (text) => `${text}.AA`],
    ['padding', (text) => `${text}==`],
    ['nothing', () => ''],
    ['white space', (text) => `${text}\n`],
    ['a header that is a list', (text) => `W10.${text.split('.').slice(1).join('.')}`],
    ['a header that is no UTF-8', (text) => `_w.${text.split('.').slice(1).join('.')}`],
  ])('%s', async (_what, change) => {
    expect(readJwe(change(await sealByJose(Buffer.from('{}'))))).toBeNull()
  })
})

test('an ephemeral point that is not on the curve is refused', async () => {
  const { own, open } = await newPair('ECDH-ES+A256KW')
  const text = await new CompactEncrypt(Buffer.from('{}'))
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: 'k', cty: 'json' })
    .encrypt(await importJWK(open, 'ECDH-ES+A256KW'))
  const [header = '', ...parts] = text.split('.')
  const read = JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: JWK }
  const epk = { ...read.epk, y: read.epk.x }
  const changed = Buffer.from(JSON.stringify({ ...read, epk })).toString('base64url')
  const jwe = readJwe([changed, ...parts].join('.'))!
  const key = await importPrivateKey('ECDH-ES+A256KW', JSON.stringify(own))
  expect(await openJwe(jwe, 'ECDH-ES+A256KW', key)).toBeNull()
})
