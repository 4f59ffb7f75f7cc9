import { ENCRYPTION } from '@latchkey/protocol'
import type { BodyEncryption } from '../bodyEncryption.ts'
import type { KeyPair } from '../bodyKeys.ts'
import type { Kept } from '../storage/storage.ts'
import { isKeyPair, makeBodyEncryption } from './bodies.ts'
import { importPrivateKey, importPublicKey, publicText, readJwk, type Jwk } from './keys.ts'

/**
 * Encryption with a P-256 pair that this device makes, and whose private half never leaves it: answers are
 * encrypted to the device, requests to the service's own key, which is dropped with the install's. Each
 * registration makes a new pair, so that what was encrypted to a revoked key stays closed; a rotation keeps
 * it, so that whoever is killed in the middle can read what is dropped.
 * @example createLatchkey({ baseUrl, auth, database, encryption: deviceKey() })
 */
export function deviceKey(): BodyEncryption {
  return makeBodyEncryption({
    kind: 'device-key',
    // One from a registration that was cut short is used: what it asked for may lie there.
    prepare: async (kept, holdsKeys) =>
      isKeyPair(kept.pair) ? kept : { ...kept, pair: await makePair(holdsKeys) },
    wishOf: ({ pair }) => ({ publicKey: JSON.parse(pair!.publicKey) as Jwk }),
    accept: async ({ publicKey, serviceKey }, kept) => {
      const pair = pairsIn(kept).find((own) => own.publicKey === publicKey)
      const jwk = readJwk(serviceKey)
      if (pair === undefined || jwk?.kty !== 'EC' || typeof jwk.kid !== 'string') return undefined
      await importPublicKey(jwk)
      const { privateKey } = pair
      return { publicKey: pair.publicKey, privateKey, serviceKey: JSON.stringify(jwk) }
    },
    recipient: async ({ serviceKey }, keyId) => {
      const jwk = readJwk(serviceKey)
      // Who has made a message is authenticated in it, so that nobody can pass it off as his own.
      return { key: await importPublicKey(jwk!), kid: jwk!.kid!, apu: keyId }
    },
  })
}

/** That of a registration under way, and that of the key there is, whose rotation may have been cut short. */
const pairsIn = ({ pair, credential }: Kept): KeyPair[] =>
  [pair, credential?.encryption].filter(isKeyPair)

/** Nothing can read the private half out of the runtime, where the storage takes it as it is. */
async function makePair(holdsKeys: boolean | undefined): Promise<KeyPair> {
  const { subtle } = crypto
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const pair = await subtle.generateKey(curve, !holdsKeys, ['deriveBits'])
  const publicKey = publicText((await subtle.exportKey('jwk', pair.publicKey)) as Jwk)
  if (holdsKeys) return { publicKey, privateKey: pair.privateKey }
  const jwk = await subtle.exportKey('jwk', pair.privateKey)
  // Made by this very runtime, and read back now and not at the first answer.
  await importPrivateKey(ENCRYPTION.algs.EC, JSON.stringify(jwk))
  return { publicKey, privateKey: JSON.stringify(jwk) }
}
