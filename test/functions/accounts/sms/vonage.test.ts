import { startFakeProvider, type FakeProvider } from './harness/fakeProvider.ts'
import { SECRET } from './harness/params.ts'
import { failureOf, makeTestSender, MESSAGE } from './harness/sender.ts'

/** The documented parts of an answer. */
const ACCEPTED = {
  to: '4915112345678',
  'message-id': '0A0000000123ABCD1',
  status: '0',
  'remaining-balance': '3.14159265',
  'message-price': '0.03330000',
  network: '26201',
  'client-ref': MESSAGE.id,
}
const refused = (status: string) => ({ status, 'error-text': `Refused for ${ACCEPTED.to}` })

const answer = (...messages: unknown[]) => ({
  status: 200,
  json: { 'message-count': String(messages.length), messages },
})

let provider: FakeProvider
beforeEach(async () => {
  provider = await startFakeProvider()
})
afterEach(() => provider.close())

const sender = (params = {}) =>
  makeTestSender({ SMS_SENDER: 'vonage', SMS_BASE_URL: provider.url, ...params })

describe('Vonage', () => {
  test('is sent the documented form, numbers without a plus sign', async () => {
    provider.answer(answer(ACCEPTED))
    const receipt = await sender().send(MESSAGE)
    expect(receipt).toEqual({
      provider: 'vonage',
      providerId: ACCEPTED['message-id'],
      state: 'accepted',
    })
    const [request] = provider.received
    expect(request).toMatchObject({ method: 'POST', url: '/sms/json' })
    expect(request!.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(request!.form).toEqual({
      api_key: 'abcd1234',
      api_secret: SECRET,
      from: '15017122661',
      to: ACCEPTED.to,
      text: MESSAGE.text,
      type: 'text',
      'client-ref': MESSAGE.id,
    })
  })

  test.each([
    ['Your code is 123456 {€} äöüß', 'text'],
    ['Your code is `123456`', 'unicode'],
    ['Ваш код 123456', 'unicode'],
    ['code 🔑', 'unicode'],
  ])('type of %j: %s', async (text, type) => {
    provider.answer(answer(ACCEPTED))
    await sender({ SMS_FROM: 'Latchkey' }).send({ ...MESSAGE, text })
    expect(provider.received[0]!.form).toMatchObject({ from: 'Latchkey', text, type })
  })

  test.each([
    ['throttled', answer(refused('1')), 'throttled', '1'],
    ['missing parameter', answer(refused('2')), 'rejected', '2'],
    ['invalid parameter', answer(refused('3')), 'rejected', '3'],
    ['wrong credentials', answer(refused('4')), 'misconfigured', '4'],
    ['internal error', answer(refused('5')), 'uncertain', '5'],
    ['unknown prefix', answer(refused('6')), 'rejected', '6'],
    ['barred number', answer(refused('7')), 'rejected', '7'],
    ['barred account', answer(refused('8')), 'misconfigured', '8'],
    ['no credit', answer(refused('9')), 'misconfigured', '9'],
    ['too many connections', answer(refused('10')), 'throttled', '10'],
    ['invalid sender', answer(refused('15')), 'misconfigured', '15'],
    ['not on the list of a trial account', answer(refused('29')), 'rejected', '29'],
    ['the second part refused', answer(ACCEPTED, refused('1')), 'uncertain', '1'],
    ['a part without status', answer({}), 'uncertain', null],
    ['a part that is nothing', answer(null), 'uncertain', null],
    ['no part', answer(), 'uncertain', null],
    ['no parts', { status: 200, json: { messages: {} } }, 'uncertain', null],
    ['HTTP 401', { status: 401 }, 'misconfigured', null],
    ['HTTP 429', { status: 429 }, 'throttled', null],
    ['HTTP 503', { status: 503 }, 'uncertain', null],
  ])('%s', async (_, given, kind, providerCode) => {
    provider.answer(given)
    expect(await failureOf(sender().send(MESSAGE))).toMatchObject({ kind, providerCode })
    expect(provider.received).toHaveLength(1)
  })

  test('an ID that is none is not kept', async () => {
    provider.answer(answer({ ...ACCEPTED, 'message-id': MESSAGE.to }))
    expect((await sender().send(MESSAGE)).providerId).toBeNull()
  })
})
