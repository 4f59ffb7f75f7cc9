import { CompactEncrypt, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { BodyEncryption } from '../../../../client/src/bodyEncryption.ts'
import type { BodyKeys } from '../../../../client/src/bodyKeys.ts'
import type { Credential } from '../../../../client/src/credential.ts'
import { deviceKey, serverKey } from '../../../../client/src/encryption.ts'
import type { Kept } from '../../../../client/src/storage/storage.ts'

// An install with encryption as a service would have made it; jose plays the service.

export const KEY_ID = '0'.repeat(31) + '1'
export const APU = Buffer.from(KEY_ID).toString('base64url')
const CREDENTIAL = {
  uid: 'uid',
  keyId: KEY_ID,
  apiKey: `lk_v1_${KEY_ID}_${'a'.repeat(32)}`,
  secret: Buffer.alloc(32, 7).toString('base64url'),
}
export const KEPT: Kept = { deviceId: 'device-1' }

/** RFC 7638's form, as the service drops public keys. */
export const publicText = ({ kty, crv, x, y, n, e }: JWK): string =>
  JSON.stringify(kty === 'EC' ? { crv, kty, x, y } : { e, kty, n })

export type Alg = 'ECDH-ES+A256KW' | 'RSA-OAEP-256'

export async function newPair(alg: Alg): Promise<{ readonly own: JWK; readonly open: JWK }> {
  const pair = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
  return { own: await exportJWK(pair.privateKey), open: await exportJWK(pair.publicKey) }
}

export interface Installed {
  readonly alg: Alg
  readonly encryption: BodyEncryption
  readonly credential: Credential
  /** What the service decrypts requests with. */
  readonly serviceSide: JWK
  /** What the service encrypts answers to. */
  readonly deviceSide: JWK
}

/** @param holdsKeys as the storage says of itself */
export async function installDevice(holdsKeys = false): Promise<Installed> {
  const encryption = deviceKey()
  const kept = await encryption.prepare(KEPT, holdsKeys)
  const service = await newPair('ECDH-ES+A256KW')
  const serviceKey = JSON.stringify({ ...service.open, use: 'enc', kid: 'v1' })
  const { publicKey } = kept.pair!
  const dropped = { kind: 'device-key', publicKey, serviceKey }
  return {
    alg: 'ECDH-ES+A256KW',
    encryption,
    credential: withKeys(await encryption.accept(dropped, kept, holdsKeys)),
    serviceSide: service.own,
    deviceSide: JSON.parse(publicKey) as JWK,
  }
}

export async function installServer(holdsKeys = false): Promise<Installed> {
  const encryption = serverKey()
  const { own, open } = await newPair('RSA-OAEP-256')
  const dropped = {
    kind: 'server-key',
    publicKey: publicText(open),
    privateKey: JSON.stringify(own),
  }
  return {
    alg: 'RSA-OAEP-256',
    encryption,
    credential: withKeys(await encryption.accept(dropped, KEPT, holdsKeys)),
    serviceSide: own,
    deviceSide: open,
  }
}

function withKeys(keys: BodyKeys | undefined): Credential {
  if (keys === undefined) throw new Error('not accepted')
  return { ...CREDENTIAL, encryption: keys }
}

/** An answer as the service encrypts it; a changed header makes a bad one. */
export function sealAnswer(
  { alg, deviceSide }: Pick<Installed, 'alg' | 'deviceSide'>,
  body: object | string,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const all = { alg, enc: 'A256GCM', kid: KEY_ID, cty: 'json', ...header }
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(all).encrypt(deviceSide)
}

export const JOSE = { 'Content-Type': 'application/jose' }

export const answerOf = (text: string, status = 200): Response =>
  new Response(text, { status, headers: { ...JOSE, 'X-Request-Id': 'r' } })
