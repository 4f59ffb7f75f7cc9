/** An install's own pair for encryption. */
export interface KeyPair {
  /** A JWK as text, as RFC 7638 writes it. */
  readonly publicKey: string
  /** A JWK as text, or the key itself where the storage can keep one. */
  readonly privateKey: string | CryptoKey
}

/** What an install's bodies are encrypted with; its pair decrypts the answers. */
export interface BodyKeys extends KeyPair {
  /** Whose work the pair is. */
  readonly kind: 'device-key' | 'server-key'
  /** `device-key`: the service's own key, a JWK as text, for the requests; else they go to `publicKey`. */
  readonly serviceKey?: string
}
