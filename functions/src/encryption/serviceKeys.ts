import { createECDH, type ECDH } from 'node:crypto'
import { ENCRYPTION, serviceKeyId } from '@latchkey/protocol'
import type { Keyring } from '../installs/keyring.ts'

/** The service's own P-256 keys, one for each master secret. They are derived, so nothing is stored. */
export interface ServiceKeys {
  /** The private key of this `kid`, unless its master secret is unknown or retired. */
  find(kid: string, nowMs: number): ECDH | undefined
  /** What apps encrypt to: public JWKs, the newest first. */
  published(nowMs: number): readonly ServiceKey[]
}

/** RFC 7517, with the members that say what it is for. */
export interface ServiceKey {
  readonly crv: 'P-256'
  readonly kty: 'EC'
  readonly x: string
  readonly y: string
  readonly use: 'enc'
  readonly alg: string
  readonly kid: string
}

export interface ServiceKeysParts {
  readonly keyring: Pick<Keyring, 'versions' | 'serviceKeySeed'>
  readonly isRetired: (masterVersion: number, nowMs: number) => boolean
}

/** The order of P-256 (SEC 2 version 2.0, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export function makeServiceKeys({ keyring, isRetired }: ServiceKeysParts): ServiceKeys {
  const keys = new Map(
    keyring.versions.map((version) => {
      const ecdh = createECDH('prime256v1')
      ecdh.setPrivateKey(scalarFrom(keyring.serviceKeySeed(version)))
      return [serviceKeyId(version), { version, ecdh }] as const
    }),
  )
  return {
    find: (kid, nowMs) => {
      const key = keys.get(kid)
      return key === undefined || isRetired(key.version, nowMs) ? undefined : key.ecdh
    },
    published: (nowMs) =>
      [...keys.values()]
        .filter(({ version }) => !isRetired(version, nowMs))
        .map(({ version, ecdh }) => describe(version, ecdh.getPublicKey())),
  }
}

/** FIPS 186-5 section A.2.1: 128 bits more than the order has, so that no scalar is likelier than another. */
function scalarFrom(seed: Buffer): Buffer {
  const scalar = (BigInt(`0x${seed.toString('hex')}`) % (ORDER - 1n)) + 1n
  return Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
}

/** @param point SEC 1 section 2.3.3, uncompressed: 4, x, y */
function describe(version: number, point: Buffer): ServiceKey {
  return {
    crv: 'P-256',
    kty: 'EC',
    x: point.toString('base64url', 1, 33),
    y: point.toString('base64url', 33),
    use: 'enc',
    alg: ENCRYPTION.algs.EC,
    kid: serviceKeyId(version),
  }
}
