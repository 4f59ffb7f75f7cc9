import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * A private key as the database holds it: AES-256-GCM, base64url of IV, ciphertext and tag. The key ID is
 * authenticated with it, so that one install's key cannot be put in another's record.
 * @param key 32 bytes, derived for this install alone
 */
export function sealKey(privateKey: Buffer, key: Buffer, keyId: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(keyId, 'latin1'))
  return Buffer.concat([
    ...[iv, cipher.update(privateKey), cipher.final(), cipher.getAuthTag()],
  ]).toString('base64url')
}

/** @throws Error when it was sealed for another install, under another master secret, or was changed */
export function unsealKey(sealed: string, key: Buffer, keyId: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url')
  const tagAt = bytes.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(keyId, 'latin1')).setAuthTag(bytes.subarray(tagAt))
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, tagAt)), decipher.final()])
}
