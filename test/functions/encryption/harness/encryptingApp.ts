import { generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose'
import { parseApiKey, parseHmacSecret } from '../../../../protocol/src/index.ts'
import { slotOf } from '../../../../functions/src/installs/slot.ts'
import { seconds, type TestDatabase } from '../../harness/database.ts'
import type { Instance } from '../../harness/instance.ts'
import type { Key } from '../../harness/key.ts'
import type { Received } from '../../harness/send.ts'
import { signed, type Outgoing } from '../../harness/signed.ts'

/** What an app asks for, with what it keeps to itself. */
export interface Wish {
  readonly encryption: unknown
  readonly privateKey?: JWK
}

/** As lies in the drop. */
export interface DroppedEncryption {
  readonly kind: string
  readonly publicKey: string
  readonly privateKey?: string
  readonly serviceKey?: string
}

/** An app that encrypts, by jose, as docs/encryption.md says. */
export interface EncryptingApp {
  readonly key: Key
  readonly encryption: DroppedEncryption | undefined
  /** The JWE of a body. */
  encrypt(body: unknown, header?: Readonly<Record<string, unknown>>): Promise<string>
  /** Signs what it is given as its body, or nothing. */
  sign(body: string | undefined, more?: Sending): Promise<Outgoing>
  /** Signs and sends it. */
  post(body: string | undefined, more?: Sending): Promise<Received>
  /** What an answer says. @throws what jose throws */
  decrypt(answer: Received): Promise<Opened>
}

export interface Sending {
  readonly target?: string
  readonly method?: string
  readonly contentType?: string
  readonly accept?: string
}

export interface Opened {
  readonly header: Readonly<Record<string, unknown>>
  readonly json: Readonly<Record<string, unknown>>
}

export const JOSE = 'application/jose'

const jwkOf = (key: { export(options: { format: 'jwk' }): JsonWebKey }) =>
  key.export({ format: 'jwk' }) as JWK

export function deviceEc(): Wish {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { encryption: { publicKey: jwkOf(publicKey) }, privateKey: jwkOf(privateKey) }
}

export function deviceRsa(modulusLength = 2048): Wish {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
  return { encryption: { publicKey: jwkOf(publicKey) }, privateKey: jwkOf(privateKey) }
}

export const SERVER_KEY: Wish = { encryption: 'server-key' }

/** Both steps by HTTP; the code and the credential are read in the slot. */
export async function registerApp(
  database: TestDatabase,
  instance: Instance,
  wish: Partial<Wish> = {},
): Promise<EncryptingApp> {
  const uid = `uid-${randomBytes(6).toString('hex')}`
  const deviceId = 'device-encrypts'
  const slot = () => database.data()['users']?.[uid]?.[slotOf(deviceId)]
  await register(instance, { deviceId, uid })
  const otp = slot()?.['otp']?.['code']
  const { encryption } = wish
  // As an app does: on a busy machine a pair takes longer than a registration waits, and the next one gets it.
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await register(instance, { deviceId, uid, otp, encryption })
    if (answer.status === 200) break
    if (answer.status !== 503) throw new Error(answer.text)
  }
  return appWith(database, instance, { uid, slot: slotOf(deviceId) }, wish)
}

export const register = (instance: Instance, body: object): Promise<Received> =>
  instance.send({
    method: 'POST',
    target: '/api/installs',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Reads the credential that waits in its place. */
export function appWith(
  database: TestDatabase,
  instance: Instance,
  { uid, slot }: { readonly uid: string; readonly slot: string },
  wish: Partial<Wish>,
): EncryptingApp {
  const credential = database.data()['users']?.[uid]?.[slot]?.['credential'] as unknown as {
    readonly apiKey: string
    readonly hmacSecret: string
    readonly encryption?: DroppedEncryption
  }
  const { apiKey, hmacSecret, encryption } = credential
  const { keyId } = parseApiKey(apiKey)!
  const secret = Buffer.from(parseHmacSecret(hmacSecret)!)
  const key: Key = { keyId, apiKey, secret, uid, slot }

  const encrypt: EncryptingApp['encrypt'] = async (body, header = {}) => {
    const isOurs = encryption?.kind === 'server-key'
    const jwk = JSON.parse((isOurs ? encryption.publicKey : encryption?.serviceKey)!) as JWK
    const alg = isOurs ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'
    const names = isOurs ? { kid: keyId } : { kid: jwk.kid!, apu: base64url(keyId) }
    return encryptTo(jwk, { alg, ...names, ...header }, JSON.stringify(body))
  }

  const sign: EncryptingApp['sign'] = async (body, more = {}) => {
    const { target = '/api/login', method = 'POST', contentType = JOSE, accept } = more
    const created = seconds(database.clock)
    const request = await signed(key, {
      ...{ method, target, created, contentType },
      ...(body !== undefined && { body }),
    })
    return { ...request, headers: { ...request.headers, ...(accept && { Accept: accept }) } }
  }

  return {
    key,
    encryption,
    encrypt,
    sign,
    post: async (body, more) => instance.send(await sign(body, more)),
    decrypt: async ({ text }) => {
      const own = wish.privateKey ?? (JSON.parse(encryption!.privateKey!) as JWK)
      const alg = own.kty === 'EC' ? 'ECDH-ES+A256KW' : 'RSA-OAEP-256'
      const { plaintext, protectedHeader } = await compactDecrypt(text, await importJWK(own, alg))
      return {
        header: { ...protectedHeader },
        json: JSON.parse(Buffer.from(plaintext).toString()) as Record<string, unknown>,
      }
    },
  }
}

/** A JWE by jose, with the party names where they belong: jose derives the key with them. */
export async function encryptTo(
  jwk: JWK,
  header: Readonly<Record<string, unknown>> & { readonly alg: string },
  text: string,
): Promise<string> {
  const { apu, apv, ...others } = header
  const encrypting = new CompactEncrypt(Buffer.from(text)).setProtectedHeader({
    ...{ enc: 'A256GCM', cty: 'json' },
    ...others,
  })
  if (typeof apu === 'string' || typeof apv === 'string') {
    encrypting.setKeyManagementParameters({
      ...(typeof apu === 'string' && { apu: Buffer.from(apu, 'base64url') }),
      ...(typeof apv === 'string' && { apv: Buffer.from(apv, 'base64url') }),
    })
  }
  return encrypting.encrypt(await importJWK(jwk, header.alg))
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url')
