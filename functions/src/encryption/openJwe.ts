import { createDecipheriv, hash, randomBytes, webcrypto, type ECDH } from 'node:crypto'
import { ENCRYPTION } from '@latchkey/protocol'
import type { Jwe, JweHeader } from './readJwe.ts'

// By Node's own functions, not by jose, for what they cost: jose takes every step through WebCrypto, whose
// jobs go to a pool of threads and back, seven for ECDH-ES. `npm run bench -- gateway` has both.

/** The key of an install, or of the service, that a JWE may be encrypted to. */
export type PrivateKey =
  | { readonly alg: typeof ENCRYPTION.algs.EC; readonly ecdh: ECDH }
  /** In the pool after all: the operation takes milliseconds, in which nobody else would be answered. */
  | { readonly alg: typeof ENCRYPTION.algs.RSA; readonly key: webcrypto.CryptoKey }

/** The plaintext; null for whatever is wrong. The algorithm is the key's, never the header's choice. */
export async function openJwe(jwe: Jwe, key: PrivateKey): Promise<Buffer | null> {
  if (jwe.header.alg !== key.alg) return null
  const contentKey = 'ecdh' in key ? unwrapEcdh(jwe, key.ecdh) : await unwrapRsa(jwe, key.key)
  // RFC 7516 section 11.5: who sends a key that does not unwrap learns it no sooner than another.
  return decrypt(jwe, contentKey ?? randomBytes(CONTENT_KEY_BYTES))
}

const CONTENT_KEY_BYTES = 32

/** RFC 7518 section 4.3. */
async function unwrapRsa({ encryptedKey }: Jwe, key: webcrypto.CryptoKey): Promise<Buffer | null> {
  try {
    const bytes = Buffer.from(
      await webcrypto.subtle.decrypt({ name: 'RSA-OAEP' }, key, encryptedKey),
    )
    return bytes.length === CONTENT_KEY_BYTES ? bytes : null
  } catch {
    return null
  }
}

/** RFC 3394 section 2.2.3.1. */
const WRAP_IV = Buffer.alloc(8, 0xa6)

/** RFC 7518 section 4.6: the agreed key unwraps that of the content. */
function unwrapEcdh({ header, encryptedKey }: Jwe, ecdh: ECDH): Buffer | null {
  const { epk } = header
  const point = epk && pointOf(epk)
  if (!point) return null
  try {
    // Checks that the point is on the curve: one that is not would tell about the private key.
    const decipher = createDecipheriv(
      'id-aes256-wrap',
      wrappingKey(ecdh.computeSecret(point), header),
      WRAP_IV,
    )
    const bytes = decipher.update(encryptedKey)
    decipher.final()
    return bytes.length === CONTENT_KEY_BYTES ? bytes : null
  } catch {
    return null
  }
}

/** SEC 1 section 2.3.3, uncompressed: 4, x, y. */
function pointOf({ x, y }: NonNullable<JweHeader['epk']>): Buffer | null {
  const point = Buffer.alloc(65)
  point[0] = 4
  const [one, other] = [point.write(x, 1, 'base64url'), point.write(y, 33, 'base64url')]
  return one === 32 && other === 32 ? point : null
}

const ROUND = uint32(1)
const ALG = lengthAndBytes(Buffer.from(ENCRYPTION.algs.EC))
const KEY_BITS = uint32(256)
const NOBODY = lengthAndBytes(Buffer.alloc(0))

/** The Concat KDF of NIST SP 800-56A as RFC 7518 section 4.6.2 has it: one round of SHA-256. */
function wrappingKey(agreed: Buffer, { apu, apv }: JweHeader): Buffer {
  const text = Buffer.concat([ROUND, agreed, ALG, partyOf(apu), partyOf(apv), KEY_BITS])
  return hash('sha256', text, 'buffer')
}

const partyOf = (name: string | undefined): Buffer =>
  name === undefined ? NOBODY : lengthAndBytes(Buffer.from(name, 'base64url'))

function lengthAndBytes(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** RFC 7518 section 5.3. */
function decrypt({ aad, iv, ciphertext, tag }: Jwe, contentKey: Buffer): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', contentKey, iv, { authTagLength: tag.length })
  decipher.setAAD(aad).setAuthTag(tag)
  const plaintext = decipher.update(ciphertext)
  try {
    decipher.final()
    return plaintext
  } catch {
    return null
  }
}
