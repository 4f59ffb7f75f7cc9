import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** RSA keys of a test, and what is published of them. */
export const PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const OTHER_PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const jwkOf = (key: KeyObject, kid: string) => ({
  ...createPublicKey(key.export({ type: 'spki', format: 'pem' })).export({
    format: 'jwk',
  }),
  kid,
  alg: 'RS256',
  use: 'sig',
})

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

type Signer = (text: string) => Buffer

/** A JWS made by hand: libraries refuse to make most of what must be refused here. */
export function jws(header: object, claims: unknown, signer: Signer): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${signer(signed).toString('base64url')}`
}

export const rs256 =
  (key: KeyObject = PAIR.privateKey): Signer =>
  (text) =>
    sign('sha256', Buffer.from(text), key)
export const hs256 =
  (secret: string | Buffer): Signer =>
  (text) =>
    createHmac('sha256', secret).update(text).digest()
