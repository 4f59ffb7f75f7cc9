import { SmsFailure, type SmsFailureKind } from './smsFailure.ts'
import type { SmsAnswer, SmsProvider } from './smsProvider.ts'
import type { SmsReceipt } from './smsSender.ts'

export interface VonageSettings {
  readonly sender: 'vonage'
  readonly baseUrl: string
  readonly apiKey: string
  readonly secret: string
  /** A number of the account, or a sender name of up to 11 letters and digits. */
  readonly from: string
}

const NAME = 'vonage'
const MESSAGE_ID = /^[0-9A-Fa-f-]{16,36}$/

/**
 * `status` of a message part that is not `0`, https://developer.vonage.com/en/api-errors/sms; HTTP is
 * 200 all the same. One that is not listed refuses this message.
 */
const KINDS: ReadonlyMap<string, SmsFailureKind> = new Map([
  ['1', 'throttled'],
  ['4', 'misconfigured'], // Invalid credentials.
  ['5', 'uncertain'], // Internal error while processing: nothing says how far it came.
  ['8', 'misconfigured'], // Account barred.
  ['9', 'misconfigured'], // No credit.
  ['10', 'throttled'], // Too many connections.
  ['11', 'misconfigured'], // Account not enabled for HTTP.
  ['14', 'misconfigured'], // Invalid signature.
  ['15', 'misconfigured'], // Invalid sender.
  ['', 'uncertain'], // None at all: not Vonage's own answer.
  ['32', 'misconfigured'], // The account wants signed requests instead of the secret.
])

/** 3GPP TS 23.038 section 6.2.1. Any other character needs `unicode`, where 70 make an SMS, not 160. */
const GSM_ALPHABET = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ' +
    'ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€',
)

/** Vonage SMS API: https://developer.vonage.com/en/api/sms */
export function vonage({ baseUrl, apiKey, secret, from }: VonageSettings): SmsProvider {
  return {
    name: NAME,
    request: ({ id, to, text }) => ({
      url: `${baseUrl}/sms/json`,
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      body: new URLSearchParams({
        api_key: apiKey,
        api_secret: secret,
        from: withoutPlus(from),
        to: withoutPlus(to),
        text,
        type: [...text].every((character) => GSM_ALPHABET.has(character)) ? 'text' : 'unicode',
        // Comes back in delivery reports. It is a label: Vonage does not recognise a repeat by it.
        'client-ref': id,
      }).toString(),
    }),
    read,
  }
}

/** Vonage writes E.164 without its plus sign. */
const withoutPlus = (number: string): string => number.replace(/^\+/, '')

function read({ status, json, retryAfterMs }: SmsAnswer): SmsReceipt | SmsFailure {
  const parts = status === 200 ? readParts(json) : null
  if (parts === null) {
    return new SmsFailure(NAME, kindOfStatus(status), { httpStatus: status, retryAfterMs })
  }
  const refused = parts.find((part) => part.status !== '0')
  if (refused === undefined) return { provider: NAME, providerId: parts[0]!.id, state: 'accepted' }

  // A long text goes in parts: when one of them is accepted, a repeat would send that one twice.
  const isPartlySent = parts.some((part) => part.status === '0')
  const kind = isPartlySent ? 'uncertain' : (KINDS.get(refused.status) ?? 'rejected')
  const providerCode = refused.status
  return new SmsFailure(NAME, kind, { httpStatus: status, providerCode, retryAfterMs })
}

type Part = { readonly status: string; readonly id: string | null }

/** The parts of `{"message-count", "messages": [{status, "message-id", …}]}`, or null without any. */
function readParts(json: SmsAnswer['json']): Part[] | null {
  const messages = json?.['messages']
  if (!Array.isArray(messages) || messages.length === 0) return null
  return messages.map((message: unknown) => {
    const { status, 'message-id': id } = (message ?? {}) as Record<string, unknown>
    return {
      status: typeof status === 'string' ? status : '',
      id: typeof id === 'string' && MESSAGE_ID.test(id) ? id : null,
    }
  })
}

function kindOfStatus(status: number): SmsFailureKind {
  if (status === 429) return 'throttled'
  if (status >= 300 && status < 500) return 'misconfigured'
  return 'uncertain'
}
