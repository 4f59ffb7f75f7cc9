/** The headers of the protocol, spelled as they are sent. */
export const HEADERS = {
  apiKey: 'X-API-Key',
  signatureInput: 'Signature-Input',
  signature: 'Signature',
  contentType: 'Content-Type',
  contentDigest: 'Content-Digest',
  serverTime: 'Server-Time',
  idempotencyKey: 'Idempotency-Key',
  requestId: 'X-Request-Id',
  requestedWith: 'X-Requested-With',
  cacheControl: 'Cache-Control',
} as const
