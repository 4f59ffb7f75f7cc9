import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  type JsonWebKey,
} from 'node:crypto'
import type { JWK } from 'jose'
import { importPrivateKey } from '../../../client/src/encryption/keys.ts'
import { openJwe } from '../../../client/src/encryption/openJwe.ts'
import { readJwe } from '../../../client/src/encryption/readJwe.ts'
import { newPair } from './harness/installed.ts'

// RSA-OAEP-256 has SHA-256 for the label and for MGF1 (RFC 7518 section 4.3). A Java Cipher has SHA-1 for MGF1
// unless it is told. The padding is made by hand, as no library here makes the wrong one.

const ALG = 'RSA-OAEP-256'

const hashOf = (name: string, ...parts: Buffer[]) => {
  const hash = createHash(name)
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 8017 appendix B.2.1. */
function mgf1(seed: Buffer, length: number, name: string): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; Buffer.concat(blocks).length < length; at += 1) {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(at)
    blocks.push(hashOf(name, seed, counter))
  }
  return Buffer.concat(blocks).subarray(0, length)
}

const xor = (one: Buffer, other: Buffer) => Buffer.from(one.map((byte, at) => byte ^ other[at]!))

/** RFC 8017 section 7.1.1 with an empty label. */
function wrap(contentKey: Buffer, open: JWK, labelHash: string, mgfHash: string): Buffer {
  const label = hashOf(labelHash)
  const size = 256
  const seed = randomBytes(label.length)
  const filling = Buffer.alloc(size - contentKey.length - 2 * label.length - 2)
  const block = Buffer.concat([label, filling, Buffer.of(1), contentKey])
  const maskedBlock = xor(block, mgf1(seed, block.length, mgfHash))
  const maskedSeed = xor(seed, mgf1(maskedBlock, seed.length, mgfHash))
  const padded = Buffer.concat([Buffer.of(0), maskedSeed, maskedBlock])
  const key = createPublicKey({ key: open as JsonWebKey, format: 'jwk' })
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, padded)
}

function seal(text: string, open: JWK, labelHash: string, mgfHash: string): string {
  const header = Buffer.from(
    JSON.stringify({ alg: ALG, enc: 'A256GCM', kid: 'k', cty: 'json' }),
  ).toString('base64url')
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(header))
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final()])
  const encryptedKey = wrap(contentKey, open, labelHash, mgfHash)
  const parts = [encryptedKey, iv, ciphertext, cipher.getAuthTag()]
  return [header, ...parts.map((part) => part.toString('base64url'))].join('.')
}

test.each([
  ['sha256', 'sha256', '{"a":1}'],
  ['sha256', 'sha1', null],
  ['sha1', 'sha256', null],
  ['sha1', 'sha1', null],
])('OAEP with %s for the label and %s for MGF1 opens as %s', async (label, mgf, expected) => {
  const { own, open } = await newPair(ALG)
  const jwe = readJwe(seal('{"a":1}', open, label, mgf))!
  const opened = await openJwe(jwe, ALG, await importPrivateKey(ALG, JSON.stringify(own)))
  expect(opened && Buffer.from(opened).toString()).toBe(expected)
})
