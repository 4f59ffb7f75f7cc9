import { defineInt, defineSecret, defineString } from 'firebase-functions/params'

/** The chosen SMS provider's secret. Any text when there is none to be had, as for `console`. */
export const SMS_SECRET = defineSecret('SMS_SECRET')

/** The params of the protected endpoints. Numbers count texts; `RANGES` says what they may be. */
export const ACCOUNT_SETTINGS = {
  accountMasterVersion: defineInt('ACCOUNT_MASTER_VERSION', {
    default: 1,
    description:
      'Master version that accounts are found by. It must stay, and stay in MASTER_SECRETS, as long as there are accounts.',
  }),
  appName: defineString('APP_NAME', {
    default: 'Latchkey',
    description: 'How the texts call the app.',
  }),
  smsCountries: defineString('SMS_COUNTRIES', {
    default: '',
    description:
      'Countries that texts are sent to: ISO 3166-1 alpha-2, comma-separated. Empty: none, so nobody can sign up.',
  }),
  silentAnswerMs: defineInt('SILENT_ANSWER_MS', {
    default: 2500,
    description:
      'How long register, resend_otp and password/reset take to answer once the text is counted, in ms: always that long, so that the time tells nothing. Long enough for handing over a text: what takes longer goes on behind the answer.',
  }),
  smsDeadlineMs: defineInt('SMS_DEADLINE_MS', {
    default: 1500,
    description: 'How long handing a text to the provider may take, in ms, retries included.',
  }),
  deletePendingDays: defineInt('DELETE_PENDING_DAYS', {
    default: 1,
    description:
      'Days that a sign-up which is never confirmed is kept, from its latest code on. Codes live 10 minutes: afterwards it is of no use to anybody.',
  }),
  passwordWaitMs: defineInt('PASSWORD_WAIT_MS', {
    default: 2000,
    description:
      'How long a password may wait for its turn to be hashed (at most two at a time), in ms; then 503.',
  }),
  smsCooldownSeconds: defineInt('SMS_COOLDOWN_SECONDS', {
    default: 60,
    description: 'Seconds between two texts to one number.',
  }),
  smsPerNumber10Minutes: defineInt('SMS_PER_NUMBER_10_MINUTES', {
    default: 3,
    description: 'Texts to one number in 10 minutes.',
  }),
  smsPerNumberDay: defineInt('SMS_PER_NUMBER_DAY', {
    default: 5,
    description: 'Texts to one number in a day.',
  }),
  smsPerInstallHour: defineInt('SMS_PER_INSTALL_HOUR', {
    default: 5,
    description: 'Texts that one install can cause in an hour.',
  }),
  smsPerPrefixHour: defineInt('SMS_PER_PREFIX_HOUR', {
    default: 20,
    description:
      'Texts in an hour to numbers that differ in the last four digits only: what pumping looks like.',
  }),
  smsPerAddressHour: defineInt('SMS_PER_ADDRESS_HOUR', {
    default: 60,
    description:
      'Texts that one client address (IPv6: /56) can cause in an hour. A mobile operator puts many phones behind one.',
  }),
  smsPerCountryHour: defineInt('SMS_PER_COUNTRY_HOUR', {
    default: 4000,
    description:
      'Texts to one country in an hour. The default lets 3,000 people sign up when a sale opens.',
  }),
  smsPerDay: defineInt('SMS_PER_DAY', {
    default: 5000,
    description: 'Texts in a day, all together: what a day can cost at the most.',
  }),
  unverifiedPerCountryMax: defineInt('UNVERIFIED_PER_COUNTRY_MAX', {
    default: 400,
    description:
      'Texts an hour to one country before any of them has come back as a right code: as many as a rush sends in its first minute. An attack on one country gets no more.',
  }),
  unverifiedPerAddressMax: defineInt('UNVERIFIED_PER_ADDRESS_MAX', {
    default: 15,
    description: 'The same for one client address.',
  }),
  sentPerVerifiedMax: defineInt('SENT_PER_VERIFIED_MAX', {
    default: 4,
    description:
      'Further texts that each right code allows, per country and per address. Honest users need 1 to 2.',
  }),
  smsSender: defineString('SMS_SENDER', {
    default: 'console',
    description:
      'Who sends texts: console (local runs only), twilio, twilio-verify, vonage or webhook.',
  }),
  smsOutboxFile: defineString('SMS_OUTBOX_FILE', {
    default: '.local/outbox.jsonl',
    description: 'console: the file that texts are appended to.',
  }),
  smsFrom: defineString('SMS_FROM', {
    default: '',
    description: 'twilio, vonage: the sender: a number, a name, or a messaging service (MG…).',
  }),
  smsBaseUrl: defineString('SMS_BASE_URL', {
    default: '',
    description: "twilio, twilio-verify, vonage: another address of the API than the provider's.",
  }),
  twilioAccountSid: defineString('TWILIO_ACCOUNT_SID', {
    default: '',
    description: 'twilio, twilio-verify: AC…',
  }),
  twilioApiKeySid: defineString('TWILIO_API_KEY_SID', {
    default: '',
    description:
      'twilio, twilio-verify: SK…, then SMS_SECRET is its secret; empty: SMS_SECRET is the auth token.',
  }),
  twilioVerifyServiceSid: defineString('TWILIO_VERIFY_SERVICE_SID', {
    default: '',
    description: 'twilio-verify: VA…; the service must accept custom codes.',
  }),
  vonageApiKey: defineString('VONAGE_API_KEY', {
    default: '',
    description: 'vonage: the API key.',
  }),
  smsWebhookUrl: defineString('SMS_WEBHOOK_URL', {
    default: '',
    description: 'webhook: where signed messages are posted to.',
  }),
  smsWebhookKeyId: defineString('SMS_WEBHOOK_KEY_ID', {
    default: 'latchkey',
    description: 'webhook: keyid of the signature; SMS_SECRET is 32 bytes in base64url.',
  }),
} as const

const COUNT = [1, 10_000_000] as const

/** What each number may be. */
export const ACCOUNT_RANGES = {
  accountMasterVersion: [1, 999_999_999],
  // With the wait in line and the database operations around it, each as long as usual, it fits into 9 s.
  silentAnswerMs: [0, 6000],
  // The rules remove none that had a code within a day.
  deletePendingDays: [1, 3650],
  smsDeadlineMs: [50, 3000],
  passwordWaitMs: [50, 3000],
  smsCooldownSeconds: [1, 3600],
  smsPerNumber10Minutes: COUNT,
  smsPerNumberDay: COUNT,
  smsPerInstallHour: COUNT,
  smsPerPrefixHour: COUNT,
  smsPerAddressHour: COUNT,
  smsPerCountryHour: COUNT,
  smsPerDay: COUNT,
  unverifiedPerCountryMax: COUNT,
  unverifiedPerAddressMax: COUNT,
  sentPerVerifiedMax: [1, 1000],
} as const satisfies Partial<
  Record<keyof typeof ACCOUNT_SETTINGS, readonly [least: number, most: number]>
>

/** ISO 3166-1 alpha-2, comma-separated; empty is none. */
export const COUNTRIES = /^(?:[A-Z]{2}(?:,[A-Z]{2})*)?$/

/** What a sender is chosen and set up by, under the names of the environment. An unset one is empty. */
export type SmsParams = Readonly<
  Record<
    | 'SMS_SENDER'
    | 'SMS_OUTBOX_FILE'
    | 'SMS_FROM'
    | 'SMS_SECRET'
    | 'SMS_BASE_URL'
    | 'SMS_WEBHOOK_URL'
    | 'SMS_WEBHOOK_KEY_ID'
    | 'TWILIO_ACCOUNT_SID'
    | 'TWILIO_API_KEY_SID'
    | 'TWILIO_VERIFY_SERVICE_SID'
    | 'VONAGE_API_KEY',
    string
  >
>
