import { SmsFailure } from './smsFailure.ts'
import type { SmsAnswer, SmsProvider } from './smsProvider.ts'
import type { SmsReceipt } from './smsSender.ts'
import { twilioFailure, twilioHeaders, type TwilioAccount } from './twilio.ts'

export interface TwilioMessagingSettings extends TwilioAccount {
  readonly sender: 'twilio'
  readonly baseUrl: string
  /** A number or a sender name of the account, or the SID of a messaging service (`MG…`). */
  readonly from: string
}

const NAME = 'twilio'
const MESSAGE_SID = /^(?:SM|MM)[0-9a-fA-F]{32}$/

/** `status` of a created message. One not named here, such as `failed`, is no success. */
const STATES: ReadonlyMap<unknown, SmsReceipt['state']> = new Map([
  ['accepted', 'accepted'],
  ['scheduled', 'accepted'],
  ['queued', 'queued'],
  ['sending', 'queued'],
  ['sent', 'queued'],
  ['delivered', 'delivered'],
])

/** Twilio Messaging: https://www.twilio.com/docs/messaging/api/message-resource */
export function twilioMessaging(settings: TwilioMessagingSettings): SmsProvider {
  const { baseUrl, accountSid, from } = settings
  const origin: Record<string, string> = from.startsWith('MG')
    ? { MessagingServiceSid: from }
    : { From: from }
  return {
    name: NAME,
    request: ({ to, text }) => ({
      url: `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`,
      headers: twilioHeaders(settings),
      body: new URLSearchParams({ To: to, ...origin, Body: text }).toString(),
    }),
    read,
  }
}

function read(answer: SmsAnswer): SmsReceipt | SmsFailure {
  const { status, json } = answer
  const state = STATES.get(json?.['status'])
  const sid = json?.['sid']
  if (status === 201 && state !== undefined && typeof sid === 'string' && MESSAGE_SID.test(sid)) {
    return { provider: NAME, providerId: sid, state }
  }
  const hasFailed = status === 201 && ['failed', 'undelivered'].includes(String(json?.['status']))
  return hasFailed
    ? new SmsFailure(NAME, 'rejected', {
        httpStatus: status,
        providerCode:
          typeof json?.['error_code'] === 'number' ? `${json['error_code']}` : undefined,
      })
    : twilioFailure(NAME, answer)
}
