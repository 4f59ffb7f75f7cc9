/** What a database may hold, as documented for the Realtime Database. */
export const LIMITS = {
  /** UTF-8 bytes of one key. */
  keyBytesMax: 768,
  /** Keys from the root to a leaf; it also bounds every recursion over a tree. */
  depthMax: 32,
  /** UTF-8 bytes of one string. */
  stringBytesMax: 10 * 1024 * 1024,
} as const
