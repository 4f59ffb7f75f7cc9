import { ENCRYPTION } from '@latchkey/protocol'
import { importPublicKey, type KeyAlg } from './keys.ts'
import type { Jwe } from './readJwe.ts'
import { join, wrappingKey } from './wrappingKey.ts'

type Bytes = Uint8Array<ArrayBuffer>

const AES = { name: 'AES-GCM', length: 256 } as const

/** The plaintext; null for whatever is wrong. The algorithm is the key's, never the header's choice. */
export async function openJwe(jwe: Jwe, alg: KeyAlg, key: CryptoKey): Promise<Bytes | null> {
  if (jwe.header.alg !== alg) return null
  try {
    const contentKey = await (alg === ENCRYPTION.algs.EC ? unwrapAgreed : unwrapRsa)(jwe, key)
    const gcm = { ...AES, iv: jwe.iv, additionalData: jwe.aad }
    const sealed = join([jwe.ciphertext, jwe.tag])
    return new Uint8Array(await crypto.subtle.decrypt(gcm, contentKey, sealed))
  } catch {
    return null
  }
}

/** RFC 7518 section 4.3. */
async function unwrapRsa({ encryptedKey }: Jwe, key: CryptoKey): Promise<CryptoKey> {
  const raw = await crypto.subtle.decrypt('RSA-OAEP', key, encryptedKey)
  if (raw.byteLength * 8 !== AES.length) throw new TypeError('another length')
  return crypto.subtle.importKey('raw', raw, AES, false, ['decrypt'])
}

/** RFC 7518 section 4.6. */
async function unwrapAgreed({ header, encryptedKey }: Jwe, key: CryptoKey): Promise<CryptoKey> {
  const kek = await wrappingKey(key, await importPublicKey(header.epk!), header, 'unwrapKey')
  return crypto.subtle.unwrapKey('raw', encryptedKey, kek, 'AES-KW', AES, false, ['decrypt'])
}
