import { ENCRYPTION, JWE_HEADER_MEMBERS } from '@latchkey/protocol'

/** A JWE in compact form (RFC 7516 section 7.1), read and not decrypted. */
export interface Jwe {
  readonly header: JweHeader
  /** The header as it was sent: the additional authenticated data. */
  readonly aad: Buffer
  readonly encryptedKey: Buffer
  /** 96 bits. */
  readonly iv: Buffer
  readonly ciphertext: Buffer
  /** 128 bits. */
  readonly tag: Buffer
}

export interface JweHeader {
  readonly alg: string
  readonly kid: string
  readonly cty: string
  /** ECDH-ES: the sender's public key for this message. */
  readonly epk?: {
    readonly kty: string
    readonly crv: string
    readonly x: string
    readonly y: string
  }
  readonly apu?: string
  readonly apv?: string
}

/** An ephemeral key, the names of two parties and the rest are below 600. */
const HEADER_CHARS_MAX = 1024
/** What RSA of 4096 bits needs. */
const KEY_BYTES_MAX = 512
const IV_BYTES = 12
const TAG_BYTES = 16

/** Null for what is none, and for what is none of ours: another encryption, compression, an extension. */
export function readJwe(text: string): Jwe | null {
  const [first = '', ...others] = text.split('.', 6)
  if (others.length !== 4 || first.length > HEADER_CHARS_MAX) return null
  const [encryptedKey, iv, ciphertext, tag] = others.map(decode)
  if (!encryptedKey || encryptedKey.length === 0 || encryptedKey.length > KEY_BYTES_MAX) return null
  if (iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES || !ciphertext) return null
  const header = readHeader(decode(first))
  if (header === null) return null
  return { header, aad: Buffer.from(first, 'latin1'), encryptedKey, iv, ciphertext, tag }
}

/** Only the text that encodes these bytes: no padding, no white space, no bits that mean nothing. */
function decode(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : null
}

function readHeader(bytes: Buffer | null): JweHeader | null {
  if (bytes === null) return null
  let header: unknown
  try {
    header = JSON.parse(bytes.toString())
  } catch {
    return null
  }
  if (typeof header !== 'object' || header === null) return null
  // `zip` and `crit` are not among them (RFC 7516 sections 4.1.3 and 4.1.13): nothing is inflated here.
  for (const name in header) if (!JWE_HEADER_MEMBERS.has(name)) return null
  const { alg, enc, kid, cty, epk, apu, apv } = header as Record<string, unknown>
  const areTexts = isText(alg) && isText(kid) && isText(cty) && isMaybeText(apu) && isMaybeText(apv)
  if (!areTexts || enc !== ENCRYPTION.enc) return null
  if (epk !== undefined && !isPoint(epk)) return null
  return header as JweHeader
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isMaybeText = (value: unknown): boolean => value === undefined || isText(value)

function isPoint(epk: unknown): boolean {
  if (typeof epk !== 'object' || epk === null) return false
  const { kty, crv, x, y } = epk as Record<string, unknown>
  return kty === 'EC' && crv === 'P-256' && isText(x) && isText(y)
}
