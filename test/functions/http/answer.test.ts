import { createServer } from 'node:http'
import { ERRORS, type ErrorCode } from '../../../protocol/src/index.ts'
import { answerJson, answerPreflight, answerProblem } from '../../../functions/src/http/answer.ts'
import { listen } from '../harness/instance.ts'
import { send, type Received } from '../harness/send.ts'

/** What a real server sends when it answers with `write`. */
async function answerOf(write: Parameters<typeof createServer>[1]): Promise<Received> {
  const server = createServer(write)
  try {
    return await send(await listen(server), {})
  } finally {
    server.close()
  }
}

const WHERE = ['the-id', 'https://example.com/errors'] as const

test.each(Object.keys(ERRORS) as ErrorCode[])(
  '%s: status, media type and the members of RFC 9457, with the public text of the table alone',
  async (code) => {
    const received = await answerOf((_req, res) => {
      void answerProblem(res, ...WHERE, { code, detail: 'for the log' })
    })
    const { status, title, detail } = ERRORS[code]
    expect(received.status).toBe(status)
    expect(received.headers['content-type']).toBe('application/problem+json')
    expect(received.json).toEqual({
      type: `https://example.com/errors#${code}`,
      title,
      status,
      detail,
      code,
      requestId: 'the-id',
    })
  },
)

test.each(Object.keys(ERRORS) as ErrorCode[])(
  '%s: a 401 says by what one is let in, the same for all; no other answer does (RFC 9110, 15.5.2)',
  async (code) => {
    const { headers } = await answerOf((_req, res) => void answerProblem(res, ...WHERE, { code }))
    const expected = ERRORS[code].status === 401 ? 'Signature realm="latchkey"' : undefined
    expect(headers['www-authenticate']).toBe(expected)
  },
)

test('every answer carries its request ID and date, and may be neither stored nor sniffed', async () => {
  const { headers } = await answerOf((_req, res) => void answerJson(res, 'the-id', 201, { a: 'ü' }))
  expect(headers).toMatchObject({
    'x-request-id': 'the-id',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-type': 'application/json',
    'content-length': '10',
  })
  expect(Date.parse(String(headers['date']))).toBeGreaterThan(0)
})

test('every answer tells browsers to make nothing of it but data for the page that asked', async () => {
  const answers = await Promise.all([
    answerOf((_req, res) => void answerJson(res, 'the-id', 200, {})),
    answerOf((_req, res) => void answerProblem(res, ...WHERE, { code: 'not_found' })),
    answerOf((_req, res) => answerPreflight(res, 'the-id')),
  ])
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      vary: 'Origin',
    })
  }
})

test('a problem may say when to come back, what is wrong where, and more', async () => {
  const received = await answerOf((_req, res) => {
    const errors = [{ pointer: '#/uid', detail: 'must be text' }]
    const more = { retryAfterSeconds: 7, headers: { Allow: 'GET' }, members: { serverTime: 12 } }
    void answerProblem(res, ...WHERE, { code: 'rate_limited', errors, ...more })
  })
  expect(received.headers).toMatchObject({ 'retry-after': '7', allow: 'GET' })
  expect(received.json).toMatchObject({
    serverTime: 12,
    errors: [{ pointer: '#/uid', detail: 'must be text' }],
  })
})

test('an answer that has begun is cut off, not continued with a problem', async () => {
  const answered = answerOf((_req, res) => {
    res.writeHead(200, { 'Content-Length': 100 })
    res.write('half')
    setImmediate(() => void answerProblem(res, ...WHERE, { code: 'internal' }))
  })
  await expect(answered).rejects.toMatchObject({ code: 'ECONNRESET' })
})
