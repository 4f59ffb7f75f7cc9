import { startFakeProvider, type FakeProvider } from './harness/fakeProvider.ts'
import { ACCOUNT_SID, API_KEY_SID, SECRET, SERVICE_SID } from './harness/params.ts'
import { failureOf, makeTestSender, MESSAGE } from './harness/sender.ts'

const SID = `SM${'0123456789abcdef'.repeat(2)}`

/** The documented answer to a created message, without the fields that nobody reads here. */
const CREATED = {
  account_sid: ACCOUNT_SID,
  api_version: '2010-04-01',
  body: MESSAGE.text,
  direction: 'outbound-api',
  error_code: null,
  error_message: null,
  from: '+15017122661',
  messaging_service_sid: null,
  num_segments: '1',
  sid: SID,
  status: 'queued',
  to: MESSAGE.to,
  uri: `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages/${SID}.json`,
}

/** The documented form of an error; the message quotes the number, as Twilio's do. */
const refusal = (status: number, code: number) => ({
  status,
  json: {
    code,
    message: `The 'To' number ${MESSAGE.to} is not a valid phone number.`,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  },
})

let provider: FakeProvider
beforeEach(async () => {
  provider = await startFakeProvider()
})
afterEach(() => provider.close())

const sender = (params = {}) =>
  makeTestSender({ SMS_SENDER: 'twilio', SMS_BASE_URL: provider.url, ...params })

describe('Twilio Messaging', () => {
  test('is sent the documented form, with the API key as Basic credentials', async () => {
    provider.answer({ status: 201, json: CREATED })
    const receipt = await sender().send(MESSAGE)
    expect(receipt).toEqual({ provider: 'twilio', providerId: SID, state: 'queued' })
    const [request] = provider.received
    expect(request).toMatchObject({
      method: 'POST',
      url: `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`,
      form: { To: MESSAGE.to, From: '+15017122661', Body: MESSAGE.text },
    })
    expect(Object.keys(request!.form)).toEqual(['To', 'From', 'Body'])
    expect(request!.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    const credentials = request!.headers.authorization as string
    expect(Buffer.from(credentials.replace(/^Basic /, ''), 'base64').toString()).toBe(
      `${API_KEY_SID}:${SECRET}`,
    )
  })

  test("is given the account's own token when there is no API key", async () => {
    provider.answer({ status: 201, json: CREATED })
    await sender({ TWILIO_API_KEY_SID: '' }).send(MESSAGE)
    expect(provider.received[0]!.headers.authorization).toBe(
      `Basic ${Buffer.from(`${ACCOUNT_SID}:${SECRET}`).toString('base64')}`,
    )
  })

  test('is told a messaging service by its own field', async () => {
    provider.answer({ status: 201, json: { ...CREATED, status: 'accepted' } })
    const receipt = await sender({ SMS_FROM: SERVICE_SID }).send(MESSAGE)
    expect(receipt.state).toBe('accepted')
    expect(provider.received[0]!.form).toEqual({
      To: MESSAGE.to,
      MessagingServiceSid: SERVICE_SID,
      Body: MESSAGE.text,
    })
  })

  test.each([
    ['invalid number', refusal(400, 21211), 'rejected', '21211'],
    ['recipient opted out', refusal(400, 21610), 'rejected', '21610'],
    ['wrong credentials', refusal(401, 20003), 'misconfigured', '20003'],
    ['permission missing', refusal(403, 20403), 'misconfigured', '20403'],
    ['no such account', refusal(404, 20404), 'misconfigured', '20404'],
    ['too many requests', refusal(429, 20429), 'throttled', '20429'],
    ['internal error', refusal(500, 20500), 'uncertain', '20500'],
    ['unavailable', refusal(503, 20503), 'uncertain', '20503'],
    ['success without a message', { status: 201 }, 'uncertain', null],
    [
      'success with another ID',
      { status: 201, json: { ...CREATED, sid: MESSAGE.to } },
      'uncertain',
    ],
    [
      'a message that failed at once',
      { status: 201, json: { ...CREATED, status: 'failed', error_code: 30006 } },
      'rejected',
      '30006',
    ],
  ])('%s', async (_, answer, kind, providerCode: string | null = null) => {
    provider.answer(answer)
    const failure = await failureOf(sender().send(MESSAGE))
    expect(failure).toMatchObject({
      provider: 'twilio',
      kind,
      providerCode,
      httpStatus: answer.status,
    })
    expect(provider.received).toHaveLength(1)
  })
})
