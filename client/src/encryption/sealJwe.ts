import { ENCRYPTION, encodeBase64Url } from '@latchkey/protocol'
import { encode } from '../webCrypto.ts'
import { publicText, type Jwk, type KeyAlg } from './keys.ts'
import { wrappingKey } from './wrappingKey.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** What a message is encrypted to. */
export interface Recipient {
  readonly key: CryptoKey
  readonly kid: string
  /** ECDH-ES: who sends it. */
  readonly apu?: string
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** A compact JWE (RFC 7516 section 7.1): a key and an IV of its own for each, so none can be used twice. */
export async function sealJwe(plaintext: Bytes, cty: string, to: Recipient): Promise<string> {
  const { subtle } = crypto
  const contentKey = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt'])
  const { alg, encryptedKey, ...agreement } = await wrap(contentKey, to)
  const header = toText({ alg, enc: ENCRYPTION.enc, kid: to.kid, cty, ...agreement })
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const gcm = { name: 'AES-GCM', iv, additionalData: encode(header) }
  const sealed = new Uint8Array(await subtle.encrypt(gcm, contentKey, plaintext))
  // WebCrypto puts the tag behind the ciphertext.
  const tagAt = sealed.length - TAG_BYTES
  const parts = [encryptedKey, iv, sealed.subarray(0, tagAt), sealed.subarray(tagAt)]
  return [header, ...parts.map(encodeBase64Url)].join('.')
}

const toText = (header: object): string => encodeBase64Url(encode(JSON.stringify(header)))

interface Wrapped {
  readonly alg: KeyAlg
  readonly encryptedKey: Bytes
  readonly epk?: Jwk
  readonly apu?: string
}

function wrap(contentKey: CryptoKey, to: Recipient): Promise<Wrapped> {
  return to.key.algorithm.name === 'ECDH'
    ? wrapByAgreement(contentKey, to)
    : wrapRsa(contentKey, to)
}

/** RFC 7518 section 4.3. */
async function wrapRsa(contentKey: CryptoKey, { key }: Recipient): Promise<Wrapped> {
  const { subtle } = crypto
  const raw = await subtle.exportKey('raw', contentKey)
  const encryptedKey = new Uint8Array(await subtle.encrypt('RSA-OAEP', key, raw))
  return { alg: ENCRYPTION.algs.RSA, encryptedKey }
}

/** RFC 7518 section 4.6, with a pair that is good for this message. */
async function wrapByAgreement(contentKey: CryptoKey, to: Recipient): Promise<Wrapped> {
  const { subtle } = crypto
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const { privateKey, publicKey } = await subtle.generateKey(curve, false, ['deriveBits'])
  const apu = encode(to.apu ?? '')
  const parties = { apu, apv: new Uint8Array() }
  const kek = await wrappingKey(privateKey, to.key, parties, 'wrapKey')
  const encryptedKey = new Uint8Array(await subtle.wrapKey('raw', contentKey, kek, 'AES-KW'))
  const epk = JSON.parse(publicText((await subtle.exportKey('jwk', publicKey)) as Jwk)) as Jwk
  return {
    alg: ENCRYPTION.algs.EC,
    encryptedKey,
    epk,
    ...(apu.length > 0 && { apu: encodeBase64Url(apu) }),
  }
}
