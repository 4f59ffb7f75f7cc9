import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { macInput } from '@latchkey/protocol'
import { makeShortHmac, type ShortHmac } from './hmac.ts'

/**
 * What every secret is derived for (RFC 5869 `info`). A label is never used for a second purpose, so
 * one derived value tells nothing about another.
 */
const LABELS = {
  apiKeyMac: 'latchkey/1/api-key-mac',
  hmacSecret: 'latchkey/1/hmac-secret/',
  totpSecret: 'latchkey/1/totp-secret/',
  keyedHash: 'latchkey/1/keyed-hash/',
  privateKeySeal: 'latchkey/1/private-key-seal/',
  serviceKey: 'latchkey/1/service-key/p-256',
} as const

/** Derives all secrets of installs from the master secrets. Holds no state but them. */
export interface Keyring {
  /** The newest version: the one that issues. */
  readonly newestVersion: number
  /** All, the newest first. */
  readonly versions: readonly number[]
  has(masterVersion: number): boolean
  /** The 32 hex digits that an API key ends with. */
  apiKeyMac(masterVersion: number, keyId: string): string
  /** 32 bytes. */
  hmacSecret(masterVersion: number, keyId: string): Buffer
  /** 32 bytes, for RFC 6238 with SHA-256. */
  totpSecret(masterVersion: number, challengeId: string): Buffer
  /** HMAC-SHA256 (32 bytes) under a key of its own for each kind of value. */
  keyedHash(masterVersion: number, kind: string, value: string): Buffer
  /** 32 bytes: seals the private key that the service keeps for this install. */
  privateKeySeal(masterVersion: number, keyId: string): Buffer
  /** 48 bytes, from which the service's own P-256 key is made. */
  serviceKeySeed(masterVersion: number): Buffer
}

const MASTER_SECRET = /^[A-Za-z0-9_-]{43,}$/
const VERSION = /^[1-9][0-9]{0,8}$/

/**
 * @param masterSecrets JSON, version to base64url of at least 32 bytes: `{"1":"...","2":"..."}`
 * @throws TypeError that says what is wrong, never a part of a secret
 */
export function makeKeyring(masterSecrets: string): Keyring {
  const masters = parseMasterSecrets(masterSecrets)
  const macs = new Map<number, ShortHmac>()
  for (const [version, master] of masters) {
    macs.set(version, makeShortHmac(derive(master, LABELS.apiKeyMac)))
  }

  const masterOf = (version: number): Buffer => known(masters.get(version))
  return {
    newestVersion: Math.max(...masters.keys()),
    versions: [...masters.keys()].sort((one, other) => other - one),
    has: (version) => masters.has(version),
    apiKeyMac: (version, keyId) => known(macs.get(version))(macInput(version, keyId)).slice(0, 32),
    hmacSecret: (version, keyId) => derive(masterOf(version), LABELS.hmacSecret + keyId),
    totpSecret: (version, challengeId) =>
      derive(masterOf(version), LABELS.totpSecret + challengeId),
    keyedHash: (version, kind, value) =>
      createHmac('sha256', derive(masterOf(version), LABELS.keyedHash + kind))
        .update(value)
        .digest(),
    privateKeySeal: (version, keyId) => derive(masterOf(version), LABELS.privateKeySeal + keyId),
    serviceKeySeed: (version) => derive(masterOf(version), LABELS.serviceKey, 48),
  }
}

/** Two buffers for each length of text: to make them anew would cost more than to compare them. */
const SIDES = Array.from(
  { length: 65 },
  (_, length) => [Buffer.alloc(length), Buffer.alloc(length)] as const,
)

/**
 * Compares two texts of ASCII in a time that does not depend on where they differ.
 * @throws TypeError for more than 64 characters
 */
export function equalInConstantTime(one: string, other: string): boolean {
  const sides = SIDES[one.length]
  if (sides === undefined) throw new TypeError('too long to be a MAC')
  if (one.length !== other.length) return false
  const [left, right] = sides
  left.write(one, 'latin1')
  right.write(other, 'latin1')
  return timingSafeEqual(left, right)
}

/** HKDF-SHA256 without a salt: the master secret is uniformly random already (RFC 5869 section 3.1). */
function derive(master: Buffer, info: string, bytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', master, '', info, bytes))
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('unknown master secret version')
  return value
}

function parseMasterSecrets(text: string): Map<number, Buffer> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which is the secret.
    throw new TypeError('MASTER_SECRETS is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new TypeError('MASTER_SECRETS must be an object: version to base64url secret')
  }
  const masters = new Map<number, Buffer>()
  for (const [version, secret] of Object.entries(parsed)) {
    if (!VERSION.test(version)) throw new TypeError('MASTER_SECRETS has a malformed version')
    if (typeof secret !== 'string' || !MASTER_SECRET.test(secret)) {
      throw new TypeError(`MASTER_SECRETS version ${version} must be base64url of 32 bytes or more`)
    }
    masters.set(Number(version), Buffer.from(secret, 'base64url'))
  }
  if (masters.size === 0) throw new TypeError('MASTER_SECRETS is empty')
  return masters
}
