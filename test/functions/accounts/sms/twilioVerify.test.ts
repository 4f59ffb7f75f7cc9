import { startFakeProvider, type FakeProvider } from './harness/fakeProvider.ts'
import { ACCOUNT_SID, API_KEY_SID, SECRET, VERIFY_SID } from './harness/params.ts'
import { failureOf, makeTestSender, MESSAGE } from './harness/sender.ts'

const SID = `VE${'0123456789abcdef'.repeat(2)}`

/** The documented answer to a started verification. */
const STARTED = {
  sid: SID,
  service_sid: VERIFY_SID,
  account_sid: ACCOUNT_SID,
  to: MESSAGE.to,
  channel: 'sms',
  status: 'pending',
  valid: false,
  lookup: {},
  amount: null,
  payee: null,
  send_code_attempts: [{ time: '2026-11-20T00:00:00Z', channel: 'SMS', attempt_sid: 'VL0' }],
  sna: null,
}

const refusal = (status: number, code: number) => ({
  status,
  json: {
    code,
    message: `Verification to ${MESSAGE.to} refused`,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  },
})

let provider: FakeProvider
beforeEach(async () => {
  provider = await startFakeProvider()
})
afterEach(() => provider.close())

const sender = () => makeTestSender({ SMS_SENDER: 'twilio-verify', SMS_BASE_URL: provider.url })

describe('Twilio Verify', () => {
  test('is sent our code and no text', async () => {
    provider.answer({ status: 201, json: STARTED })
    const receipt = await sender().send(MESSAGE)
    expect(receipt).toEqual({ provider: 'twilio-verify', providerId: SID, state: 'accepted' })
    const [request] = provider.received
    expect(request).toMatchObject({
      method: 'POST',
      url: `/v2/Services/${VERIFY_SID}/Verifications`,
      headers: {
        authorization: `Basic ${Buffer.from(`${API_KEY_SID}:${SECRET}`).toString('base64')}`,
      },
    })
    expect(request!.form).toEqual({ To: MESSAGE.to, Channel: 'sms', CustomCode: MESSAGE.code })
  })

  test('is not asked to carry a message without a code', async () => {
    const { id, to, text } = MESSAGE
    expect(await failureOf(sender().send({ id, to, text }))).toMatchObject({
      kind: 'rejected',
      mayHaveBeenSent: false,
    })
    expect(provider.received).toEqual([])
  })

  test.each([
    ['invalid parameter', refusal(400, 60200), 'rejected'],
    ['wrong credentials', refusal(401, 20003), 'misconfigured'],
    ['permission missing', refusal(403, 20403), 'misconfigured'],
    ['blocked by the fraud guard', refusal(403, 60410), 'rejected'],
    ['no such service', refusal(404, 20404), 'misconfigured'],
    ['number sent to too often', refusal(429, 60203), 'rejected'],
    ['too many requests', refusal(429, 20429), 'throttled'],
    ['unavailable', refusal(503, 20503), 'uncertain'],
    ['success without a verification', { status: 201, json: [] }, 'uncertain'],
  ])('%s', async (_, answer, kind) => {
    provider.answer(answer)
    expect(await failureOf(sender().send(MESSAGE))).toMatchObject({ kind })
    expect(provider.received).toHaveLength(1)
  })
})
