import { Buffer } from 'node:buffer'
import { SmsFailure, type SmsFailureKind } from './smsFailure.ts'
import type { SmsAnswer } from './smsProvider.ts'

/** What both of Twilio's APIs need to know. */
export interface TwilioAccount {
  /** `AC` and 32 hex digits. */
  readonly accountSid: string
  /** `SK` and 32 hex digits. Null: the account's own auth token is the secret. */
  readonly apiKeySid: string | null
  /** Of the API key, or the auth token. An API key can be revoked alone, so it is the better choice. */
  readonly secret: string
}

/** Headers of every request: HTTP Basic authentication (RFC 7617) and a form. */
export function twilioHeaders({ accountSid, apiKeySid, secret }: TwilioAccount) {
  const credentials = Buffer.from(`${apiKeySid ?? accountSid}:${secret}`).toString('base64')
  return {
    authorization: `Basic ${credentials}`,
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  }
}

/**
 * The failure that an answer without success is. Twilio's error body is `{code, message, more_info,
 * status}`; its code is kept, its message is not, because it quotes the number.
 * @param kind when the number or text is at fault, by what the API's own codes say
 */
export function twilioFailure(
  provider: string,
  { status, json, retryAfterMs }: SmsAnswer,
  kind = kindOfStatus(status),
): SmsFailure {
  const providerCode = typeof json?.['code'] === 'number' ? String(json['code']) : undefined
  return new SmsFailure(provider, kind, { httpStatus: status, providerCode, retryAfterMs })
}

/** By status: Twilio advises against logic on its error codes, which it keeps refining. */
function kindOfStatus(status: number): SmsFailureKind {
  if (status === 400) return 'rejected'
  // Twilio: "requests that receive 429 responses aren't processed" (error 20429).
  if (status === 429) return 'throttled'
  // 401 and 403: credentials or permissions; 404: the account or service; 3xx: the base URL.
  if (status >= 300 && status < 500) return 'misconfigured'
  // A 2xx that is not as documented, or a 5xx: neither API has idempotency keys, so never again.
  return 'uncertain'
}
