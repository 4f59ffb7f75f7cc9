import { SmsFailure } from './smsFailure.ts'
import type { SmsAnswer, SmsProvider } from './smsProvider.ts'
import type { SmsReceipt } from './smsSender.ts'
import { twilioFailure, twilioHeaders, type TwilioAccount } from './twilio.ts'

export interface TwilioVerifySettings extends TwilioAccount {
  readonly sender: 'twilio-verify'
  readonly baseUrl: string
  /** `VA` and 32 hex digits; "Enable Custom Verification Code" must be on for the service. */
  readonly serviceSid: string
}

const NAME = 'twilio-verify'
const VERIFICATION_SID = /^VE[0-9a-fA-F]{32}$/

/**
 * Twilio Verify, version 2, with our own code: https://www.twilio.com/docs/verify/api/verification
 * Twilio words the text, so a message without a code cannot go this way. It allows a number 5 sends
 * in 10 minutes, since it never learns that a code was entered.
 */
export function twilioVerify(settings: TwilioVerifySettings): SmsProvider {
  const { baseUrl, serviceSid } = settings
  return {
    name: NAME,
    request: ({ to, code }) =>
      code === undefined
        ? new SmsFailure(NAME, 'rejected')
        : {
            url: `${baseUrl}/v2/Services/${serviceSid}/Verifications`,
            headers: twilioHeaders(settings),
            body: new URLSearchParams({ To: to, Channel: 'sms', CustomCode: code }).toString(),
          },
    read,
  }
}

function read(answer: SmsAnswer): SmsReceipt | SmsFailure {
  const { status, json } = answer
  const sid = json?.['sid']
  const isPending = status === 201 && json?.['status'] === 'pending'
  if (isPending && typeof sid === 'string' && VERIFICATION_SID.test(sid)) {
    return { provider: NAME, providerId: sid, state: 'accepted' }
  }
  return twilioFailure(NAME, answer, isAboutNumber(answer) ? 'rejected' : undefined)
}

/**
 * Verify's own codes (60000 to 60999) with 403 and 429 are about the number, not the account: sent to
 * too often (60203), or blocked by its fraud guard (60410).
 */
function isAboutNumber({ status, json }: SmsAnswer): boolean {
  const code = Number(json?.['code'])
  return (status === 403 || status === 429) && code >= 60_000 && code < 61_000
}
