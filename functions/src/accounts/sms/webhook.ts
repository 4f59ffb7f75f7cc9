import { createHash, createHmac } from 'node:crypto'
import { formatContentDigest, formatSignature, signatureBase } from '@latchkey/protocol'
import { SmsFailure, type SmsFailureKind } from './smsFailure.ts'
import type { SmsAnswer, SmsProvider } from './smsProvider.ts'
import type { SmsReceipt } from './smsSender.ts'

export interface WebhookSettings {
  readonly sender: 'webhook'
  readonly url: string
  /** Which secret the receiver must take, so that it can be replaced without a gap. */
  readonly keyId: string
  /** 32 bytes. */
  readonly secret: Uint8Array
}

const NAME = 'webhook'
const LABEL = 'sms'

/** Another than that of the apps' requests: no signature is good in the other place. */
const TAG = 'latchkey-sms'

/** At least 16 characters, so that no phone number (15 digits) can come back as an ID. */
const RECEIVER_ID = /^[A-Za-z0-9_-]{16,64}$/

/**
 * A receiver of the operator's own: `POST {id, to, text}`, signed by RFC 9421 with `hmac-sha256` over
 * method, target URI, content type, RFC 9530 `Content-Digest` and `Idempotency-Key`.
 *
 * The receiver must refuse a signature whose `created` is not within 5 minutes of its clock, and must
 * send one SMS per `Idempotency-Key` (the message's ID), whatever it answered before: the key makes a
 * repeat after a 503 harmless, and a captured request useless. Any 2xx accepts the message; a body
 * `{"id": "…"}` may tell what the receiver calls it.
 */
export function webhook({ url, keyId, secret }: WebhookSettings): SmsProvider {
  return {
    name: NAME,
    request: ({ id, to, text }, nowMs) => {
      const body = JSON.stringify({ id, to, text })
      const covered = {
        'content-type': 'application/json',
        'content-digest': formatContentDigest(createHash('sha256').update(body).digest()),
        'idempotency-key': id,
      }
      const components = [
        ['@method', 'POST'],
        ['@target-uri', url],
        ...Object.entries(covered),
      ] as const
      const names = components.map(([name]) => `"${name}"`).join(' ')
      const created = Math.floor(nowMs / 1000)
      const signatureParams = `(${names});created=${created};keyid="${keyId}";alg="hmac-sha256";tag="${TAG}"`
      const base = signatureBase(components, signatureParams)
      const mac = createHmac('sha256', secret).update(base).digest()
      return {
        url,
        headers: {
          ...covered,
          'signature-input': `${LABEL}=${signatureParams}`,
          signature: formatSignature(LABEL, mac),
        },
        body,
      }
    },
    read,
  }
}

function read({ status, json, retryAfterMs }: SmsAnswer): SmsReceipt | SmsFailure {
  if (status >= 200 && status < 300) {
    const id = json?.['id']
    const providerId = typeof id === 'string' && RECEIVER_ID.test(id) ? id : null
    return { provider: NAME, providerId, state: 'accepted' }
  }
  return new SmsFailure(NAME, kindOfStatus(status), { httpStatus: status, retryAfterMs })
}

function kindOfStatus(status: number): SmsFailureKind {
  if (status === 400 || status === 422) return 'rejected'
  if (status === 429) return 'throttled'
  if (status === 503) return 'unavailable'
  if (status >= 300 && status < 500) return 'misconfigured'
  return 'uncertain'
}
