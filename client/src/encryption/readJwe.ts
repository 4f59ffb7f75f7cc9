import { ENCRYPTION, JWE_HEADER_MEMBERS } from '@latchkey/protocol'
import { encode } from '../webCrypto.ts'
import { decodeBase64Url } from './base64Url.ts'
import type { Jwk } from './keys.ts'
import { decodeUtf8 } from './utf8.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** A compact JWE (RFC 7516 section 7.1), read and not decrypted. */
export interface Jwe {
  readonly header: JweHeader
  /** The header as it was sent. */
  readonly aad: Bytes
  readonly encryptedKey: Bytes
  readonly iv: Bytes
  readonly ciphertext: Bytes
  readonly tag: Bytes
}

export interface JweHeader {
  readonly alg: string
  readonly kid: string
  readonly cty: string
  /** ECDH-ES. */
  readonly epk?: Jwk
  readonly apu: Bytes
  readonly apv: Bytes
}

/** An ephemeral key, the names of two parties and the rest are below 600. */
const HEADER_CHARS_MAX = 1024
const IV_BYTES = 12
const TAG_BYTES = 16

/** Null for what is none, and for what is none of ours: another encryption, compression, an extension. */
export function readJwe(text: string): Jwe | null {
  const [first = '', ...others] = text.split('.', 6)
  if (others.length !== 4 || first.length > HEADER_CHARS_MAX) return null
  const [headerBytes, encryptedKey, iv, ciphertext, tag] = [first, ...others].map(decodeBase64Url)
  if (!headerBytes || !encryptedKey || !ciphertext) return null
  if (iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES) return null
  const header = readHeader(headerBytes)
  return header && { header, aad: encode(first), encryptedKey, iv, ciphertext, tag }
}

function readHeader(bytes: Bytes): JweHeader | null {
  let read: Readonly<Record<string, unknown>> | null
  try {
    read = JSON.parse(decodeUtf8(bytes)) as typeof read
  } catch {
    return null
  }
  if (typeof read !== 'object' || read === null) return null
  // `zip` and `crit` are not among them (RFC 7516 sections 4.1.3 and 4.1.13): nothing is inflated here.
  if (!Object.keys(read).every((name) => JWE_HEADER_MEMBERS.has(name))) return null
  const { alg, enc, kid, cty, epk, apu: u = '', apv: v = '' } = read
  if (!isText(alg) || !isText(kid) || !isText(cty) || enc !== ENCRYPTION.enc) return null
  const [apu, apv] = [isText(u) && decodeBase64Url(u), isText(v) && decodeBase64Url(v)]
  if (!apu || !apv || !(epk === undefined || isPoint(epk))) return null
  return { alg, kid, cty, ...(epk !== undefined && { epk }), apu, apv }
}

const isText = (value: unknown): value is string => typeof value === 'string'

function isPoint(epk: unknown): epk is Jwk {
  const { kty, crv, x, y } = (epk ?? {}) as Partial<Record<string, unknown>>
  return kty === 'EC' && crv === 'P-256' && isText(x) && isText(y)
}
