import type { JsonWebKey } from 'node:crypto'

/** Whose key pair it is: made by us at the registration, or by the device. */
export type EncryptionKind = 'server-key' | 'device-key'

/** What a registration or a rotation may ask for; the key is of the right shape, and not looked at yet. */
export type EncryptionWish = 'server-key' | { readonly publicKey: JsonWebKey }

/** At `installs/{keyId}/encryption`. Keys are JWKs as text. */
export interface EncryptionRecord {
  readonly kind: EncryptionKind
  /** What answers are encrypted to, and with `server-key` also requests: RFC 7638's form, the members in order. */
  readonly publicKey: string
  /** `server-key`: the private half (PKCS #8), under a key derived from the master secret; base64url. */
  readonly sealedKey?: string
}

/** What is dropped with a credential: by the database, which a proxy in front of us has no part in. */
export interface EncryptionDrop {
  readonly kind: EncryptionKind
  readonly publicKey: string
  /** `server-key`. */
  readonly privateKey?: string
  /** `device-key`: the service's own key, which requests are encrypted to, with its `kid`. */
  readonly serviceKey?: string
}

export interface IssuedEncryption {
  readonly record: EncryptionRecord
  readonly drop: EncryptionDrop
}

/** Makes the keys of an install's encryption. */
export interface EncryptionIssuer {
  /**
   * Before anything is spent: whether the key is a good one, and whether there is room in the queue.
   * @throws ApiError `invalid_request`, `unavailable`
   */
  check(wish: EncryptionWish): void
  /** @throws ApiError as above, also when a pair is not there in time */
  issue(wish: EncryptionWish, keyId: string, masterVersion: number): Promise<IssuedEncryption>
}
