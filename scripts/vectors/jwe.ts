import {
  constants,
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  publicEncrypt,
  type JsonWebKey,
} from 'node:crypto'
import { CREDENTIAL } from './install.ts'
import { EC_KEY, EPHEMERAL_KEY, RSA_KEY } from './jweKeys.ts'

const { keyId } = CREDENTIAL
const PLAINTEXT = '{"phone":"+4915112345678","password":"correct horse"}'
const count = (bytes: number, from: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (at + from) % 256))
// Real ones are random.
const CONTENT_KEY = count(32, 0)
const IV = count(12, 64)
const SEED = count(32, 128)

const privateOf = (key: JsonWebKey) => createPrivateKey({ key, format: 'jwk' })
const publicOf = (key: JsonWebKey) => createPublicKey(privateOf(key))
const base64url = (data: Buffer | string): string => Buffer.from(data).toString('base64url')
const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest()
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const withLength = (data: Buffer): Buffer => Buffer.concat([uint32(data.length), data])

type Header = Readonly<Record<string, unknown>>

/** The last steps, which both algorithms share: RFC 7518 section 5.3, RFC 7516 section 7.1. */
function contentOf(header: Header, encryptedKey: Buffer) {
  const headerText = JSON.stringify(header)
  const aad = base64url(headerText)
  const cipher = createCipheriv('aes-256-gcm', CONTENT_KEY, IV).setAAD(Buffer.from(aad))
  const ciphertext = Buffer.concat([cipher.update(PLAINTEXT), cipher.final()])
  const tag = cipher.getAuthTag()
  return {
    ...{ header: headerText, aad },
    contentKeyHex: CONTENT_KEY.toString('hex'),
    encryptedKeyHex: encryptedKey.toString('hex'),
    ivHex: IV.toString('hex'),
    plaintext: PLAINTEXT,
    ciphertextHex: ciphertext.toString('hex'),
    tagHex: tag.toString('hex'),
    jwe: [aad, ...[encryptedKey, IV, ciphertext, tag].map(base64url)].join('.'),
  }
}

/** RFC 7518 section 4.6. */
function ecdh(more: Header) {
  const { kty, crv, x, y } = EPHEMERAL_KEY
  const header: Header = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk: { kty, crv, x, y }, ...more }
  const agreed = diffieHellman({
    privateKey: privateOf(EPHEMERAL_KEY),
    publicKey: publicOf(EC_KEY),
  })
  const apu = Buffer.from((more['apu'] as string | undefined) ?? '', 'base64url')
  const info = Buffer.concat([
    withLength(Buffer.from('ECDH-ES+A256KW')),
    ...[withLength(apu), withLength(Buffer.alloc(0)), uint32(256)],
  ])
  const wrappingKey = sha256(Buffer.concat([uint32(1), agreed, info]))
  const cipher = createCipheriv('id-aes256-wrap', wrappingKey, Buffer.alloc(8, 0xa6))
  const encryptedKey = Buffer.concat([cipher.update(CONTENT_KEY), cipher.final()])
  return {
    ephemeralPrivateKey: EPHEMERAL_KEY,
    agreedHex: agreed.toString('hex'),
    otherInfoHex: info.toString('hex'),
    wrappingKeyHex: wrappingKey.toString('hex'),
    ...contentOf(header, encryptedKey),
  }
}

/** RFC 8017 section B.2.1. */
function mgf1(hash: string, seed: Buffer, bytes: number): Buffer {
  const parts: Buffer[] = []
  for (let n = 0; Buffer.concat(parts).length < bytes; n += 1) {
    parts.push(createHash(hash).update(seed).update(uint32(n)).digest())
  }
  return Buffer.concat(parts).subarray(0, bytes)
}

const xor = (one: Buffer, other: Buffer): Buffer =>
  Buffer.from(one.map((byte, at) => byte ^ other[at]!))

/** RFC 8017 section 7.1.1, with the hash of MGF1 apart from that of the label. */
function oaep(mgfHash: string, modulusBytes = 256) {
  const block = Buffer.alloc(modulusBytes - 33)
  sha256(Buffer.alloc(0)).copy(block)
  block[block.length - 33] = 1
  CONTENT_KEY.copy(block, block.length - 32)
  const maskedBlock = xor(block, mgf1(mgfHash, SEED, block.length))
  const maskedSeed = xor(SEED, mgf1(mgfHash, maskedBlock, SEED.length))
  const encoded = Buffer.concat([Buffer.alloc(1), maskedSeed, maskedBlock])
  const padding = constants.RSA_NO_PADDING
  return { encoded, encryptedKey: publicEncrypt({ key: publicOf(RSA_KEY), padding }, encoded) }
}

/** RFC 7518 section 4.3. */
function rsa(mgfHash = 'sha256', more: Header = {}) {
  const { encoded, encryptedKey } = oaep(mgfHash)
  const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: keyId, cty: 'json', ...more }
  return {
    seedHex: SEED.toString('hex'),
    encodedHex: encoded.toString('hex'),
    ...contentOf(header, encryptedKey),
  }
}

const REQUEST = { kid: 'v1', cty: 'json', apu: base64url(keyId) }

function changedAt(jwe: string, part: number, change: (text: string) => string): string {
  return jwe
    .split('.')
    .map((text, at) => (at === part ? change(text) : text))
    .join('.')
}
const flipped = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)

export function jweVectors() {
  const good = ecdh(REQUEST)
  const ec = { recipient: 'EC' }
  return {
    title:
      'Compact JWE (RFC 7516 section 7.1): ECDH-ES+A256KW (RFC 7518 section 4.6) and RSA-OAEP-256 (section 4.3)',
    keyId,
    recipients: { EC: EC_KEY, RSA: RSA_KEY },
    accepted: [
      { title: 'a request to the key of the service, with apu', ...ec, ...good },
      {
        title: 'an answer to the key of a device, without apu',
        ...ec,
        ...ecdh({ kid: keyId, cty: 'problem+json' }),
      },
      { title: 'RSA-OAEP-256: SHA-256 for the label and for MGF1', recipient: 'RSA', ...rsa() },
    ],
    refused: [
      {
        title: "MGF1 with SHA-1, Java's default for OAEPWithSHA-256AndMGF1Padding",
        recipient: 'RSA',
        ...rsa('sha1'),
      },
      ...(
        [
          ['a changed header', 0, (): string => base64url(good.header.replace('json', 'text'))],
          ['a changed key', 1, flipped],
          ['a changed IV', 2, flipped],
          ['a changed ciphertext', 3, flipped],
          ['a changed tag', 4, flipped],
          ['a tag cut to 96 bits', 4, (text: string): string => text.slice(0, 16)],
          ['padding', 4, (text: string): string => `${text}==`],
        ] as const
      ).map(([title, part, change]) => ({
        ...{ title, ...ec },
        jwe: changedAt(good.jwe, part, change),
      })),
      { title: 'compression', ...ec, jwe: ecdh({ ...REQUEST, zip: 'DEF' }).jwe },
      { title: 'an extension', ...ec, jwe: ecdh({ ...REQUEST, crit: ['exp'], exp: 1 }).jwe },
      { title: 'another encryption', ...ec, jwe: ecdh({ ...REQUEST, enc: 'A128GCM' }).jwe },
      { title: 'no algorithm', ...ec, jwe: ecdh({ ...REQUEST, alg: 'none' }).jwe },
      { title: 'a symmetric algorithm', ...ec, jwe: ecdh({ ...REQUEST, alg: 'dir' }).jwe },
      { title: "the other key's algorithm", ...ec, jwe: rsa().jwe },
    ],
  }
}
