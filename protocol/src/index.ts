// What a request carries.
export { formatApiKey, macInput, parseApiKey, type ApiKey } from './apiKey.ts'
export { formatHmacSecret, parseHmacSecret } from './hmacSecret.ts'
export { HEADERS } from './headers.ts'
export { pickSignedHeaders, type SignedHeaders } from './signedHeaders.ts'
export { parseTarget, type Target } from './target.ts'
export { canonicalPath } from './canonicalPath.ts'
export { formatContentDigest, parseContentDigest } from './contentDigest.ts'

// The signature.
export { signRequest, type Hmac, type RequestToSign } from './signRequest.ts'
export { parseSignedRequest, type SignedRequest } from './signedRequest.ts'
export { signatureBase, type ComponentValue } from './signatureBase.ts'
export {
  formatSignatureParams,
  parseSignatureInput,
  type SignatureInput,
  type SignatureParams,
} from './signatureInput.ts'
export { formatSignature, parseSignature } from './signature.ts'
export { COMPONENTS_ALWAYS, COMPONENTS_WITH_BODY, componentValues } from './components.ts'
export type { Refusal } from './refusal.ts'

// Time.
export { TOLERANCES, freshness, type Freshness } from './freshness.ts'
export { formatServerTime, parseServerTime, serverTimeText, type ServerTime } from './serverTime.ts'

// Encrypted bodies.
export { ENCRYPTION, JWE_HEADER_MEMBERS, serviceKeyId } from './encryption.ts'

// Tables.
export { ERRORS, type ErrorCode, type ErrorEntry } from './errors.ts'
export { FORMATS } from './formats.ts'
export { LIMITS } from './limits.ts'
export { PROFILE } from './profile.ts'

export { decodeBase64, encodeBase64, encodeBase64Url } from './base64.ts'
