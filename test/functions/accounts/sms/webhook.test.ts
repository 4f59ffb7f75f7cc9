import { createHash, createHmac } from 'node:crypto'
import * as messageSignatures from 'http-message-signatures'
import { startFakeProvider, type FakeProvider } from './harness/fakeProvider.ts'
import { SECRET } from './harness/params.ts'
import { failureOf, makeTestSender, MESSAGE, NOW_MS } from './harness/sender.ts'

const secret = Buffer.from(SECRET, 'base64url')
const RECEIVER_ID = '0123456789abcdef0123'

let provider: FakeProvider
beforeEach(async () => {
  provider = await startFakeProvider()
  provider.answer({ status: 202, json: { id: RECEIVER_ID } })
})
afterEach(() => provider.close())

const url = () => `${provider.url}/hooks/sms`
const sender = () => makeTestSender({ SMS_SENDER: 'webhook', SMS_WEBHOOK_URL: url() })

describe('the webhook', () => {
  test('is sent the message, with its ID as the idempotency key', async () => {
    const receipt = await sender().send(MESSAGE)
    expect(receipt).toEqual({ provider: 'webhook', providerId: RECEIVER_ID, state: 'accepted' })
    const [request] = provider.received
    expect(request).toMatchObject({
      method: 'POST',
      url: '/hooks/sms',
      headers: { 'content-type': 'application/json', 'idempotency-key': MESSAGE.id },
    })
    expect(JSON.parse(request!.body)).toEqual({
      id: MESSAGE.id,
      to: MESSAGE.to,
      text: MESSAGE.text,
    })
  })

  test('can check digest and signature with nothing but the standards', async () => {
    await sender().send(MESSAGE)
    const { headers, body } = provider.received[0]!
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
    expect(headers['content-digest']).toBe(digest)

    const params = [
      '("@method" "@target-uri" "content-type" "content-digest" "idempotency-key")',
      `;created=${NOW_MS / 1000};keyid="main";alg="hmac-sha256";tag="latchkey-sms"`,
    ].join('')
    expect(headers['signature-input']).toBe(`sms=${params}`)
    const base = [
      '"@method": POST',
      `"@target-uri": ${url()}`,
      '"content-type": application/json',
      `"content-digest": ${digest}`,
      `"idempotency-key": ${MESSAGE.id}`,
      `"@signature-params": ${params}`,
    ].join('\n')
    const mac = createHmac('sha256', secret).update(base).digest('base64')
    expect(headers['signature']).toBe(`sms=:${mac}:`)
  })

  test('can check the signature with an independent library, and sees any change', async () => {
    await sender().send(MESSAGE)
    const { headers } = provider.received[0]!
    const verify = (changes: Record<string, string> = {}) =>
      messageSignatures.httpbis.verifyMessage(
        {
          keyLookup: ({ keyid }) =>
            Promise.resolve(
              keyid === 'main'
                ? {
                    id: 'main',
                    algs: ['hmac-sha256'],
                    verify: (data: Buffer, signature: Buffer) =>
                      Promise.resolve(
                        createHmac('sha256', secret).update(data).digest().equals(signature),
                      ),
                  }
                : null,
            ),
          // The library holds `created` against the real clock; this test's time stands still.
          tolerance: Number.MAX_SAFE_INTEGER,
        },
        {
          method: 'POST',
          url: url(),
          headers: { ...(headers as Record<string, string>), ...changes },
        },
      )
    await expect(verify()).resolves.toBe(true)
    await expect(verify({ 'idempotency-key': 'another' })).resolves.toBe(false)
  })

  test.each([
    ['refused message', 400, 'rejected'],
    ['refused number', 422, 'rejected'],
    ['wrong secret', 401, 'misconfigured'],
    ['wrong URL', 404, 'misconfigured'],
    ['throttled', 429, 'throttled'],
    ['internal error', 500, 'uncertain'],
    ['bad gateway', 502, 'uncertain'],
  ])('%s: %d', async (_, status, kind) => {
    provider.answer({ status })
    expect(await failureOf(sender().send(MESSAGE))).toMatchObject({ kind, httpStatus: status })
    expect(provider.received).toHaveLength(1)
  })

  test.each([{}, { id: 17 }, { id: MESSAGE.to }, { id: `x${MESSAGE.to}` }, []])(
    'accepts by its status; %j has no ID to keep',
    async (json) => {
      provider.answer({ status: 200, json })
      expect((await sender().send(MESSAGE)).providerId).toBeNull()
    },
  )
})
