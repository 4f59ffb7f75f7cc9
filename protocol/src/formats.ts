/** The accepted form of every value that both ends check; all anchored, all linear to match. */
export const FORMATS = {
  /** Chosen by the app: a label, never authority. */
  deviceId: /^[A-Za-z0-9._:-]{8,128}$/,
  /** A Firebase UID that is also a safe database key. */
  uid: /^[A-Za-z0-9_-]{1,128}$/,
  /** base64url of the first 132 bits of SHA-256(device ID). */
  slot: /^[A-Za-z0-9_-]{22}$/,
  /** A UUIDv7 without dashes. */
  keyId: /^[0-9a-f]{32}$/,
  /** At least 96 random bits: 16 characters of base64url. */
  nonce: /^[A-Za-z0-9_-]{16,64}$/,
  /** RFC 6238 code of 8 digits. */
  otp: /^[0-9]{8}$/,
  /** 32 bytes in base64url without padding; the last character has 2 unused bits, which must be zero. */
  hmacSecret: /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/,
  /** RFC 9651 section 3.1.2 key. */
  label: /^[a-z*][a-z0-9_.*-]{0,63}$/,
  idempotencyKey: /^[\x21-\x7e]{1,64}$/,
} as const
