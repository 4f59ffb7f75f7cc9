import { inspect } from 'node:util'
import { startFakeProvider, type FakeAnswer, type FakeProvider } from './harness/fakeProvider.ts'
import { SECRET } from './harness/params.ts'
import { failureOf, makeTestSender, MESSAGE, NOW_MS, type TestSender } from './harness/sender.ts'

const ACCEPTED: Record<string, FakeAnswer> = {
  twilio: { status: 201, json: { sid: `SM${'0'.repeat(32)}`, status: 'queued' } },
  'twilio-verify': { status: 201, json: { sid: `VE${'0'.repeat(32)}`, status: 'pending' } },
  vonage: { status: 200, json: { messages: [{ status: '0' }] } },
  webhook: { status: 202 },
}
const SENDERS = Object.keys(ACCEPTED)

const reset: FakeAnswer = (request) => request.socket.destroy()
const silence: FakeAnswer = () => undefined

let provider: FakeProvider
beforeEach(async () => {
  provider = await startFakeProvider()
})
afterEach(async () => {
  jest.restoreAllMocks()
  await provider.close()
})

type Options = Parameters<typeof makeTestSender>[1]

const makeSender = (name: string, options?: Options): TestSender =>
  makeTestSender(
    { SMS_SENDER: name, SMS_BASE_URL: provider.url, SMS_WEBHOOK_URL: `${provider.url}/sms` },
    options,
  )

describe.each(SENDERS)('%s: sent again only where it cannot arrive twice', (name) => {
  test('no connection: three attempts, then unreachable', async () => {
    await provider.close()
    const sender = makeSender(name)
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({
      kind: 'unreachable',
      mayHaveBeenSent: false,
      retryable: true,
    })
    expect(sender.waits).toEqual([250, 1000])
    provider = await startFakeProvider()
  })

  test('no connection at first: sent once it is there', async () => {
    const { port } = provider
    await provider.close()
    const onWait = async () => {
      provider = await startFakeProvider(port)
      provider.answer(ACCEPTED[name]!)
    }
    await expect(makeSender(name, { onWait }).send(MESSAGE)).resolves.toMatchObject({
      provider: name,
    })
    expect(provider.received).toHaveLength(1)
  })

  test.each(['2', new Date(NOW_MS + 2000).toUTCString()])(
    'throttled with Retry-After %s: again after it',
    async (retryAfter) => {
      const throttled = { status: 429, headers: { 'retry-after': retryAfter } }
      provider.answer(throttled, ACCEPTED[name]!)
      const sender = makeSender(name)
      await expect(sender.send(MESSAGE)).resolves.toMatchObject({ provider: name })
      expect(sender.waits).toEqual([2000])
      expect(provider.received).toHaveLength(2)
      expect(provider.received[1]!.body).toBe(provider.received[0]!.body)
    },
  )

  test.each([
    ['past the deadline', { 'retry-after': '5' }, 5000],
    ['missing', {}, null],
    ['nonsense', { 'retry-after': 'soon' }, null],
  ])('throttled with Retry-After %s: fails at once', async (_, headers, retryAfterMs) => {
    provider.answer({ status: 429, headers })
    const sender = makeSender(name)
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({
      kind: 'throttled',
      retryable: true,
      retryAfterMs,
    })
    expect(sender.waits).toEqual([])
    expect(provider.received).toHaveLength(1)
  })

  test('throttled again and again: three attempts in all', async () => {
    provider.answer({ status: 429, headers: { 'retry-after': '0' } })
    const sender = makeSender(name)
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({ kind: 'throttled' })
    expect(sender.waits).toEqual([250, 1000])
    expect(provider.received).toHaveLength(3)
  })

  test('503: again only for the webhook, which knows the ID', async () => {
    provider.answer({ status: 503 }, ACCEPTED[name]!)
    const outcome = await makeSender(name)
      .send(MESSAGE)
      .catch((error: unknown) => error)
    const isWebhook = name === 'webhook'
    expect(outcome).toMatchObject(isWebhook ? { state: 'accepted' } : { kind: 'uncertain' })
    expect(provider.received).toHaveLength(isWebhook ? 2 : 1)
  })

  test.each<[string, FakeAnswer]>([
    ['a server that stays silent', silence],
    ['a connection reset after the request', reset],
    ['an internal error', { status: 500 }],
    ['a gateway timeout', { status: 504 }],
  ])('%s: once, and in doubt', async (_, answer) => {
    provider.answer(answer, ACCEPTED[name]!)
    const sender = makeSender(name, { deadlineMs: 1000 })
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({
      kind: 'uncertain',
      mayHaveBeenSent: true,
      retryable: false,
    })
    expect(sender.waits).toEqual([])
    expect(provider.received).toHaveLength(1)
  })

  test('a redirect is not followed', async () => {
    const elsewhere = await startFakeProvider()
    elsewhere.answer(ACCEPTED[name]!)
    for (const status of [301, 302, 307, 308]) {
      provider.answer({ status, headers: { location: `${elsewhere.url}/x` } })
      expect(await failureOf(makeSender(name).send(MESSAGE))).toMatchObject({
        kind: 'misconfigured',
        httpStatus: status,
      })
    }
    expect(elsewhere.received).toEqual([])
    await elsewhere.close()
  })

  test('nothing of the message or the credential is in any failure', async () => {
    const echo = `${MESSAGE.to} ${MESSAGE.code} ${MESSAGE.text} ${SECRET}`
    const canaries = [
      MESSAGE.to.slice(1),
      MESSAGE.code!,
      MESSAGE.text,
      SECRET,
      Buffer.from(SECRET).toString('base64').slice(4, 30),
    ]
    const answers: FakeAnswer[] = [
      ...[302, 400, 401, 403, 404, 429, 500, 503].map((status) => ({
        status,
        json: { code: Number(MESSAGE.code), error_code: echo, message: echo, id: echo },
        headers: { location: `/${MESSAGE.code}` },
      })),
      { status: 200, json: { messages: [{ status: MESSAGE.code, 'error-text': echo }] } },
      { status: 200, json: { messages: [{ status: echo }] } },
      { status: 201, json: { status: 'failed', error_code: Number(MESSAGE.code), sid: echo } },
      reset,
      silence,
    ]
    const outcomes: unknown[] = []
    for (const answer of answers) {
      provider.answer(answer)
      const sending = makeSender(name, { deadlineMs: 1000 }).send(MESSAGE)
      outcomes.push(await sending.catch((error: unknown) => error))
    }
    await provider.close()
    outcomes.push(await failureOf(makeSender(name).send(MESSAGE)))
    provider = await startFakeProvider()

    const shown = outcomes.map((outcome) =>
      inspect(outcome, { depth: null, showHidden: true, maxStringLength: null }),
    )
    expect(shown.every((text) => text.length > 0)).toBe(true)
    for (const canary of canaries) {
      expect(shown.filter((text) => text.includes(canary))).toEqual([])
    }
  })
})

describe('no connection', () => {
  test.each([
    ['no such host', () => 'https://sms.invalid'],
    ['every address of the host refuses', () => `http://localhost:${provider.port}`],
  ])('%s: not a byte was sent', async (_, baseUrl) => {
    await provider.close()
    const sender = makeTestSender({ SMS_SENDER: 'twilio', SMS_BASE_URL: baseUrl() })
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({ kind: 'unreachable' })
    expect(sender.waits).toEqual([250, 1000])
    provider = await startFakeProvider()
  })
})

describe('an answer', () => {
  test('longer than the cap is not read to its end', async () => {
    let sent = 0
    const closed = new Promise<void>((resolve) => {
      provider.answer((_, response) => {
        response.writeHead(201, { 'content-type': 'application/json' })
        response.on('close', resolve)
        const pour = () => {
          while (!response.destroyed && response.write('{"padding":"'.repeat(10_000)))
            sent += 120_000
        }
        response.on('drain', pour)
        pour()
      })
    })
    const failure = await failureOf(makeSender('twilio').send(MESSAGE))
    expect(failure).toMatchObject({ kind: 'uncertain', httpStatus: 201 })
    await closed
    expect(sent).toBeLessThan(50_000_000)
  })

  test('at the cap is read, one byte over it is not', async () => {
    const accepted = JSON.stringify({ sid: `SM${'0'.repeat(32)}`, status: 'queued' })
    const answerOf = (bytes: number): FakeAnswer => {
      return (_, response) => response.writeHead(201).end(accepted.padEnd(bytes))
    }
    provider.answer(answerOf(16_384))
    await expect(makeSender('twilio').send(MESSAGE)).resolves.toMatchObject({ state: 'queued' })
    provider.answer(answerOf(16_385))
    expect(await failureOf(makeSender('twilio').send(MESSAGE))).toMatchObject({ kind: 'uncertain' })
  })

  test('that stops in the middle is cut off by the deadline', async () => {
    provider.answer((_, response) => response.writeHead(201).write('{"sid":'))
    const sender = makeSender('twilio', { deadlineMs: 1000 })
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({
      kind: 'uncertain',
      httpStatus: 201,
    })
  })

  test('ends its connection: the next message has its own', async () => {
    provider.answer(ACCEPTED['twilio']!)
    const sender = makeSender('twilio')
    await sender.send(MESSAGE)
    await sender.send(MESSAGE)
    const ports = provider.received.map(({ port }) => port)
    expect(new Set(ports).size).toBe(2)
  })
})

describe('the breaker', () => {
  const OUTAGE = { status: 500 }

  /** The breaker reads Date.now, which stands where the test puts it. */
  const setClock = (ms: number) => jest.spyOn(Date, 'now').mockReturnValue(ms)

  async function fail(sender: TestSender, times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) await failureOf(sender.send(MESSAGE))
  }

  test('opens after five outages in a row, and asks the provider no more', async () => {
    setClock(NOW_MS)
    provider.answer(OUTAGE)
    const sender = makeSender('twilio')
    await fail(sender, 5)
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({
      kind: 'open',
      mayHaveBeenSent: false,
      retryable: true,
    })
    expect(provider.received).toHaveLength(5)
  })

  test('lets one message through after 30 s, and closes when that arrives', async () => {
    setClock(NOW_MS)
    provider.answer(OUTAGE)
    const sender = makeSender('twilio')
    await fail(sender, 5)
    setClock(NOW_MS + 29_999)
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({ kind: 'open' })
    setClock(NOW_MS + 30_000)
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({ kind: 'uncertain' })
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({ kind: 'open' })
    expect(provider.received).toHaveLength(6)

    setClock(NOW_MS + 60_000)
    provider.answer(ACCEPTED['twilio']!)
    await sender.send(MESSAGE)
    await sender.send(MESSAGE)
    expect(provider.received).toHaveLength(8)
  })

  test('is not opened by outages with an answer in between', async () => {
    const sender = makeSender('twilio')
    for (const answer of [OUTAGE, { status: 400 }, OUTAGE]) {
      provider.answer(answer)
      await fail(sender, answer.status === 400 ? 1 : 4)
    }
    provider.answer(ACCEPTED['twilio']!)
    await expect(sender.send(MESSAGE)).resolves.toMatchObject({ state: 'queued' })
  })

  test.each([400, 401, 429])(
    'is not opened by %d: one caller must not stop all others',
    async (status) => {
      provider.answer({ status })
      const sender = makeSender('twilio')
      await fail(sender, 20)
      provider.answer(ACCEPTED['twilio']!)
      await expect(sender.send(MESSAGE)).resolves.toMatchObject({ state: 'queued' })
    },
  )

  test('counts a message once, whatever its attempts', async () => {
    provider.answer({ status: 503 })
    const sender = makeSender('webhook')
    await fail(sender, 4)
    expect(provider.received).toHaveLength(12)
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({ kind: 'unavailable' })
    expect(await failureOf(sender.send(MESSAGE))).toMatchObject({ kind: 'open' })
  })
})
