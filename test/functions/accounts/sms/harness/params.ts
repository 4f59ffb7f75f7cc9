import type { SmsParams } from '../../../../../functions/src/accountSettings.ts'

export const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`
export const API_KEY_SID = `SK${'fedcba9876543210'.repeat(2)}`
export const VERIFY_SID = `VA${'00112233445566778899aabbccddeeff'}`
export const SERVICE_SID = `MG${'ffeeddccbbaa99887766554433221100'}`

/** 43 characters of base64url, so that it is good for every sender. */
export const SECRET = 'c2VjcmV0LWNhbmFyeS1uZXZlci1iZS1sb2dnZWQhISE'

/** Params with which every sender can be chosen. */
export const PARAMS: SmsParams = {
  SMS_SENDER: 'twilio',
  SMS_BASE_URL: '',
  SMS_FROM: '+15017122661',
  SMS_SECRET: SECRET,
  SMS_OUTBOX_FILE: '.local/outbox.jsonl',
  SMS_WEBHOOK_URL: 'https://sms.example/hooks/latchkey',
  SMS_WEBHOOK_KEY_ID: 'main',
  TWILIO_ACCOUNT_SID: ACCOUNT_SID,
  TWILIO_API_KEY_SID: API_KEY_SID,
  TWILIO_VERIFY_SERVICE_SID: VERIFY_SID,
  VONAGE_API_KEY: 'abcd1234',
}
