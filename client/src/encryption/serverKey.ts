import { ENCRYPTION } from '@latchkey/protocol'
import type { BodyEncryption } from '../bodyEncryption.ts'
import { makeBodyEncryption } from './bodies.ts'
import { importPrivateKey, importPublicKey, publicText, readJwk } from './keys.ts'

/**
 * Encryption with an RSA pair that the service makes for this install, and drops with its key: for apps
 * that cannot make one. The service has both halves, and a registration takes longer: `deviceKey` is better.
 * @example createLatchkey({ baseUrl, auth, database, encryption: serverKey() })
 */
export function serverKey(): BodyEncryption {
  return makeBodyEncryption({
    kind: 'server-key',
    prepare: (kept) => Promise.resolve(kept),
    wishOf: () => 'server-key',
    accept: async ({ publicKey, privateKey: text }, _kept, holdsKeys) => {
      const [half, other] = [readJwk(publicKey), readJwk(text)]
      if (half?.kty !== 'RSA' || other?.kty !== 'RSA') return undefined
      if (typeof text !== 'string' || publicText(other) !== publicText(half)) return undefined
      const key = await importPrivateKey(ENCRYPTION.algs.RSA, text)
      return { publicKey: publicText(half), privateKey: holdsKeys ? key : text }
    },
    // Named by the install's own key ID: nobody else has this key.
    recipient: async ({ publicKey }, keyId) => ({
      key: await importPublicKey(readJwk(publicKey)!),
      kid: keyId,
    }),
  })
}
