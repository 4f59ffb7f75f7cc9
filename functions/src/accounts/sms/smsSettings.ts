import { parseHmacSecret } from '@latchkey/protocol'
import type { SmsParams } from '../../accountSettings.ts'
import type { ConsoleSettings } from './consoleSender.ts'
import { parseEndpoint } from './endpoint.ts'
import type { TwilioMessagingSettings } from './twilioMessaging.ts'
import type { TwilioVerifySettings } from './twilioVerify.ts'
import type { VonageSettings } from './vonage.ts'
import type { WebhookSettings } from './webhook.ts'

/** Everything a sender needs, by the sender's name. */
export type SmsSettings =
  | ConsoleSettings
  | TwilioMessagingSettings
  | TwilioVerifySettings
  | VonageSettings
  | WebhookSettings

/** The form of each param as text; an empty one is missing. `SMS_SECRET` is the only secret. */
const FORMS = {
  SMS_OUTBOX_FILE: [/^[^\0]+$/, 'the path of a file'],
  SMS_FROM: [
    /^(?:\+?[1-9]\d{2,14}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11})$/,
    'a number, a sender name of up to 11 letters and digits, or the SID of a messaging service (MG…)',
  ],
  // Printable ASCII, as every provider issues them; a line break from an editor would not work.
  SMS_SECRET: [/^[\x21-\x7e]{6,256}$/, "the chosen sender's secret, without spaces"],
  TWILIO_ACCOUNT_SID: [/^AC[0-9a-fA-F]{32}$/, 'AC and 32 hex digits'],
  TWILIO_API_KEY_SID: [/^(?:SK[0-9a-fA-F]{32})?$/, 'SK and 32 hex digits, or empty'],
  TWILIO_VERIFY_SERVICE_SID: [/^VA[0-9a-fA-F]{32}$/, 'VA and 32 hex digits'],
  VONAGE_API_KEY: [/^[A-Za-z0-9]{1,64}$/, 'letters and digits'],
  SMS_WEBHOOK_KEY_ID: [/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits, dots or dashes'],
} as const satisfies Record<string, readonly [form: RegExp, expected: string]>

type FormName = keyof typeof FORMS

const ENDPOINT = 'an https URL (http on loopback only) without user, query and fragment'

/**
 * Reads the params that the chosen sender needs.
 * @throws TypeError naming the param that is missing or wrong, never its value
 */
export function parseSmsSettings(params: SmsParams): SmsSettings {
  const read = (name: FormName): string => {
    const [form, expected] = FORMS[name]
    if (!form.test(params[name])) throw wrong(params, name, expected)
    return params[name]
  }
  const readUrl = (name: 'SMS_BASE_URL' | 'SMS_WEBHOOK_URL', fallback = ''): string => {
    const url = parseEndpoint(params[name] || fallback)
    if (url === null) throw wrong(params, name, ENDPOINT)
    return url
  }
  /** Without the slash that each provider's path begins with. */
  const readBase = (fallback: string): string =>
    readUrl('SMS_BASE_URL', fallback).replace(/\/+$/, '')
  const twilio = () => ({
    accountSid: read('TWILIO_ACCOUNT_SID'),
    apiKeySid: read('TWILIO_API_KEY_SID') || null,
    secret: read('SMS_SECRET'),
  })

  switch (params.SMS_SENDER) {
    case 'console':
      return { sender: 'console', outboxFile: read('SMS_OUTBOX_FILE') }
    case 'twilio':
      return {
        sender: 'twilio',
        baseUrl: readBase('https://api.twilio.com'),
        ...twilio(),
        from: read('SMS_FROM'),
      }
    case 'twilio-verify':
      return {
        sender: 'twilio-verify',
        baseUrl: readBase('https://verify.twilio.com'),
        ...twilio(),
        serviceSid: read('TWILIO_VERIFY_SERVICE_SID'),
      }
    case 'vonage':
      return {
        sender: 'vonage',
        baseUrl: readBase('https://rest.nexmo.com'),
        apiKey: read('VONAGE_API_KEY'),
        secret: read('SMS_SECRET'),
        from: read('SMS_FROM'),
      }
    case 'webhook': {
      const secret = parseHmacSecret(params.SMS_SECRET)
      if (secret === null) throw wrong(params, 'SMS_SECRET', '32 bytes in base64url')
      return {
        sender: 'webhook',
        url: readUrl('SMS_WEBHOOK_URL'),
        keyId: read('SMS_WEBHOOK_KEY_ID'),
        secret,
      }
    }
    default:
      throw new TypeError('SMS_SENDER must be console, twilio, twilio-verify, vonage or webhook')
  }
}

const wrong = (params: SmsParams, name: keyof SmsParams, expected: string): TypeError => {
  const fault = params[name] === '' ? 'is missing: it' : 'is wrong: it'
  return new TypeError(`${name} ${fault} must be ${expected}, for SMS_SENDER=${params.SMS_SENDER}`)
}
