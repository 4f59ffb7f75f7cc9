/** Sizes beyond which a request is refused or a connection ended, and one interval. A test may lower them. */
export interface Limits {
  /** One WebSocket message, in UTF-16 units: what the SDKs may write at once. */
  messageCharsMax: number
  /** One REST body, in bytes: the service accepts more here than from the SDKs, for imports. */
  bodyBytesMax: number
  /** One answer or pushed value, in UTF-16 units. */
  readCharsMax: number
  /** Unread pushes a client may leave behind before it is cut off. */
  unreadPushBytesMax: number
  /** Unread bytes above which no further request of that client is worked on. */
  unreadAnswerBytesMax: number
  /** Unread bytes of all clients together above which those who do not read are cut off. */
  unreadTotalBytesMax: number
  /** How often an event stream says that it lives, in milliseconds. */
  keepAliveMs: number
}

const MiB = 1024 * 1024

/** The sizes the hosted service documents, and buffers of a few typical answers. */
export const defaultLimits: Limits = {
  messageCharsMax: 16 * MiB,
  bodyBytesMax: 256 * MiB,
  readCharsMax: 256 * MiB,
  unreadPushBytesMax: 16 * MiB,
  unreadAnswerBytesMax: 1 * MiB,
  unreadTotalBytesMax: 256 * MiB,
  keepAliveMs: 30_000,
}
