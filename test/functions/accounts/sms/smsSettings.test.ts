import type { SmsParams } from '../../../../functions/src/accountSettings.ts'
import { parseSmsSettings } from '../../../../functions/src/accounts/sms/smsSettings.ts'
import { ACCOUNT_SID, API_KEY_SID, PARAMS, SECRET, VERIFY_SID } from './harness/params.ts'

const parse = (params: Partial<SmsParams>) => parseSmsSettings({ ...PARAMS, ...params })

describe('SMS settings', () => {
  test.each([
    ['console', { outboxFile: PARAMS.SMS_OUTBOX_FILE }],
    [
      'twilio',
      {
        baseUrl: 'https://api.twilio.com',
        accountSid: ACCOUNT_SID,
        apiKeySid: API_KEY_SID,
        secret: SECRET,
        from: PARAMS.SMS_FROM,
      },
    ],
    [
      'twilio-verify',
      {
        baseUrl: 'https://verify.twilio.com',
        accountSid: ACCOUNT_SID,
        apiKeySid: API_KEY_SID,
        secret: SECRET,
        serviceSid: VERIFY_SID,
      },
    ],
    [
      'vonage',
      {
        baseUrl: 'https://rest.nexmo.com',
        apiKey: PARAMS.VONAGE_API_KEY,
        secret: SECRET,
        from: PARAMS.SMS_FROM,
      },
    ],
    ['webhook', { url: PARAMS.SMS_WEBHOOK_URL, keyId: PARAMS.SMS_WEBHOOK_KEY_ID }],
  ])('%s takes what it needs and nothing else', (SMS_SENDER, expected) => {
    const settings = parse({ SMS_SENDER })
    const secret =
      SMS_SENDER === 'webhook' ? { secret: new Uint8Array(Buffer.from(SECRET, 'base64url')) } : {}
    expect(settings).toEqual({ sender: SMS_SENDER, ...expected, ...secret })
  })

  test.each([
    ['console', 'SMS_OUTBOX_FILE'],
    ['twilio', 'TWILIO_ACCOUNT_SID'],
    ['twilio', 'SMS_SECRET'],
    ['twilio', 'SMS_FROM'],
    ['twilio-verify', 'TWILIO_ACCOUNT_SID'],
    ['twilio-verify', 'SMS_SECRET'],
    ['twilio-verify', 'TWILIO_VERIFY_SERVICE_SID'],
    ['vonage', 'VONAGE_API_KEY'],
    ['vonage', 'SMS_SECRET'],
    ['vonage', 'SMS_FROM'],
    ['webhook', 'SMS_WEBHOOK_URL'],
    ['webhook', 'SMS_WEBHOOK_KEY_ID'],
    ['webhook', 'SMS_SECRET'],
  ])('%s without %s names it', (SMS_SENDER, name) => {
    expect(() => parse({ SMS_SENDER, [name]: '' })).toThrow(`${name} is missing`)
  })

  test.each([
    ['twilio', 'SMS_BASE_URL', 'http://api.twilio.com'],
    ['twilio', 'SMS_BASE_URL', 'https://user:pass@api.twilio.com'],
    ['twilio', 'SMS_BASE_URL', 'https://api.twilio.com?x=1'],
    ['twilio', 'SMS_BASE_URL', 'http://127.0.0.1.example'],
    ['twilio', 'TWILIO_ACCOUNT_SID', `${ACCOUNT_SID}/../x`],
    ['twilio', 'TWILIO_API_KEY_SID', ACCOUNT_SID],
    ['twilio', 'SMS_FROM', 'a name that is too long'],
    ['twilio', 'SMS_SECRET', 'secret-canary\n'],
    ['twilio-verify', 'TWILIO_VERIFY_SERVICE_SID', API_KEY_SID],
    ['vonage', 'VONAGE_API_KEY', 'a&b'],
    ['webhook', 'SMS_WEBHOOK_URL', 'ftp://sms.example/'],
    ['webhook', 'SMS_WEBHOOK_URL', 'sms.example'],
    ['webhook', 'SMS_WEBHOOK_KEY_ID', 'a"b'],
    ['webhook', 'SMS_SECRET', 'too-short-canary'],
  ])('%s refuses a faulty %s and does not quote it: %s', (SMS_SENDER, name, value) => {
    const parsing = () => parse({ SMS_SENDER, [name]: value })
    expect(parsing).toThrow(`${name} is wrong`)
    expect(parsing).not.toThrow(value)
  })

  test.each(['', 'Twilio', 'toString'])('%j is no sender', (SMS_SENDER) => {
    expect(() => parse({ SMS_SENDER })).toThrow('SMS_SENDER must be')
  })

  test.each(['http://127.0.0.1:8080', 'http://localhost:8080/', 'http://[::1]:8080'])(
    'http is good enough on this machine: %s',
    (SMS_BASE_URL) => {
      const baseUrl = SMS_BASE_URL.replace(/\/$/, '')
      expect(parse({ SMS_BASE_URL })).toMatchObject({ baseUrl })
    },
  )

  test('a prefix in the base URL is kept', () => {
    expect(parse({ SMS_BASE_URL: 'https://proxy.example/twilio/' })).toMatchObject({
      baseUrl: 'https://proxy.example/twilio',
    })
  })
})
