import { createHash } from 'node:crypto'
import { compactDecrypt } from 'jose'
import { parseBaseUrl, readCall } from '../../../client/src/call.ts'
import { signCall } from '../../../client/src/signCall.ts'
import { ERRORS, type ErrorCode } from '../../../protocol/src/index.ts'
import {
  answerOf,
  APU,
  installDevice,
  installServer,
  JOSE,
  KEY_ID,
  newPair,
  sealAnswer,
  type Installed,
} from './harness/installed.ts'

const BASE = parseBaseUrl('https://host.example/api')
const LOGIN = { phone: '+4915112345678', password: 'correct horse' }
const login = () => readCall(BASE, '/login', { method: 'POST', body: JSON.stringify(LOGIN) })

describe.each([
  ['a pair of the device', installDevice],
  ['a pair of the device that cannot be read out', () => installDevice(true)],
  ['a pair of the service', installServer],
  ['a pair of the service that cannot be read out', () => installServer(true)],
])('%s', (_name, install) => {
  let it: Installed
  beforeAll(async () => (it = await install()))
  const seal = async (call: Awaited<ReturnType<typeof login>>) => {
    const sealed = await it.encryption.seal(call, it.credential)
    if (typeof sealed === 'string') throw new Error(sealed)
    return sealed
  }
  const open = (answer: Response) => it.encryption.open(answer, it.credential)

  test('a call is a JWE that the service can decrypt, and what is signed is the JWE', async () => {
    const sealed = await seal(await login())
    const { signed } = await signCall(sealed, it.credential, 1_795_300_000)
    expect(signed.headers['Content-Type']).toBe('application/jose')
    const text = signed.body as string
    expect(signed.headers['Content-Digest']).toBe(
      `sha-256=:${createHash('sha256').update(text).digest('base64')}:`,
    )
    const { plaintext, protectedHeader } = await compactDecrypt(text, it.serviceSide)
    expect(JSON.parse(Buffer.from(plaintext).toString())).toEqual(LOGIN)
    const isDevice = it.alg === 'ECDH-ES+A256KW'
    const { epk, ...header } = protectedHeader
    expect(header).toEqual({
      alg: it.alg,
      enc: 'A256GCM',
      kid: isDevice ? 'v1' : KEY_ID,
      cty: 'json',
      ...(isDevice && { apu: APU }),
    })
    // Public members alone.
    expect(Object.keys(epk ?? {})).toEqual(isDevice ? ['crv', 'kty', 'x', 'y'] : [])
  })

  test('a call without a body asks for an encrypted answer', async () => {
    const sealed = await seal(await readCall(BASE, '/installs/current'))
    expect(sealed.headers['accept']).toBe('application/jose')
    expect(sealed.body).toBeUndefined()
  })

  test('a call to a third party stays as it is', async () => {
    const call = await readCall(BASE, '/proxy/payments/v1/charges', { method: 'POST', body: '{}' })
    expect(await it.encryption.seal(call, it.credential)).toBe(call)
    const { encryption } = it
    const whole = await readCall(parseBaseUrl('https://host.example'), '/api/proxy/weather/v1/x')
    expect(await encryption.seal(whole, it.credential)).toBe(whole)
    const near = await readCall(BASE, '/proxying', { method: 'POST', body: '{}' })
    expect(await it.encryption.seal(near, it.credential)).not.toBe(near)
  })

  test('a call to what is the same for everybody stays as it is', async () => {
    for (const path of ['/health', '/api/keys', '/openapi.json', '/health?now']) {
      const call = await readCall(BASE, path)
      expect(await it.encryption.seal(call, it.credential)).toBe(call)
    }
    for (const path of ['/keys/1', '/healthy', '/openapi_json', '/x/health']) {
      const call = await readCall(BASE, path)
      expect(await it.encryption.seal(call, it.credential)).not.toBe(call)
    }
  })

  test('another type of body is named in the JWE', async () => {
    for (const [type, cty] of [
      ['text/plain', 'text/plain'],
      ['Application/JSON', 'JSON'],
      ['application/a/b', 'application/a/b'],
    ] as const) {
      const init = { method: 'POST', body: '{}', headers: { 'content-type': type } }
      const { body } = await seal(await readCall(BASE, '/login', init))
      const [header = ''] = (body!.content as string).split('.')
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ cty })
    }
  })

  test('an answer is decrypted, and is what it would have been in the clear', async () => {
    const body = { text: 'Grüße, 世界 🙂' }
    const opened = (await open(answerOf(await sealAnswer(it, body), 202))) as Response
    expect([opened.status, opened.headers.get('content-type')]).toEqual([202, 'application/json'])
    expect(opened.headers.get('x-request-id')).toBe('r')
    expect(await opened.json()).toEqual(body)
  })

  test('a refusal of an endpoint comes encrypted', async () => {
    const problem = { code: 'login_rejected', status: 401 }
    const text = await sealAnswer(it, problem, { cty: 'problem+json' })
    const opened = (await open(answerOf(text, 401))) as Response
    expect(opened.headers.get('content-type')).toBe('application/problem+json')
    expect(await opened.json()).toEqual(problem)
  })

  const kty = () => (it.alg === 'RSA-OAEP-256' ? 'RSA' : 'EC')
  test.each<[string, () => Promise<Response>]>([
    ['of a success made of a refusal', async () => answerOf(await sealAnswer(it, {}), 401)],
    [
      'of a refusal made a success',
      async () => answerOf(await sealAnswer(it, {}, { cty: 'problem+json' }), 200),
    ],
    ['for another key', async () => answerOf(await sealAnswer(it, {}, { kid: 'f'.repeat(32) }))],
    ['of another type', async () => answerOf(await sealAnswer(it, {}, { cty: 'text/html' }))],
    [
      'encrypted to somebody else',
      async () => {
        const { open: deviceSide } = await newPair(it.alg)
        return answerOf(await sealAnswer({ ...it, deviceSide }, {}))
      },
    ],
    [
      'by the other algorithm',
      async () => {
        const alg = kty() === 'RSA' ? 'ECDH-ES+A256KW' : 'RSA-OAEP-256'
        const { open: deviceSide } = await newPair(alg)
        return answerOf(await sealAnswer({ alg, deviceSide }, {}))
      },
    ],
    [
      'cut off',
      async () => {
        const text = await sealAnswer(it, { a: 1 })
        return answerOf(text.slice(0, -1))
      },
    ],
    ['that is no JWE', () => Promise.resolve(answerOf('{}'))],
    ['that is empty', () => Promise.resolve(answerOf(''))],
  ])('an answer %s is refused', async (_what, answer) => {
    expect(await open(await answer())).toBe('answer_undecryptable')
  })

  const inTheClear = (body: unknown, status: number, type: string) =>
    new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })
  const PROBLEM = 'application/problem+json'

  test.each<[string, () => Response]>([
    ['a success', () => inTheClear({ customToken: 'forged' }, 200, 'application/json')],
    ['a success called a problem', () => inTheClear({ code: 'internal' }, 200, PROBLEM)],
    ['a refusal of an endpoint', () => inTheClear({ code: 'login_rejected' }, 401, PROBLEM)],
    ['a refusal of another type', () => inTheClear({ code: 'replayed' }, 401, 'application/json')],
    ['a code that there is not', () => inTheClear({ code: 'toString' }, 401, PROBLEM)],
    ['null', () => inTheClear(null, 401, PROBLEM)],
    ['a page of a proxy', () => new Response('<html>', { status: 502 })],
    ['a nearly right type', () => answerWithType('application/jose+json')],
  ])('%s in the clear is refused: a downgrade is noticed', async (_what, answer) => {
    expect(await open(answer())).toBe('answer_not_encrypted')
  })

  const answerWithType = (type: string) =>
    new Response('{}', { headers: { ...JOSE, 'Content-Type': type } })

  test('what the service refuses before it decrypts is believed, and stays readable', async () => {
    const answer = inTheClear({ code: 'clock_skew' }, 401, PROBLEM)
    expect(await open(answer)).toBe(answer)
    expect(await answer.json()).toEqual({ code: 'clock_skew' })
  })

  test('keys that the storage has damaged are told', async () => {
    const { encryption: keys } = it.credential
    const damaged = { ...keys!, publicKey: '{"kty":"RSA"}', serviceKey: '{"kty":"EC"}' }
    const credential = { ...it.credential, encryption: damaged }
    expect(await it.encryption.seal(await login(), credential)).toBe('storage_failed')
    const privateKey = JSON.stringify({ kty: it.deviceSide.kty, crv: 'P-256' })
    const halved = { ...it.credential, encryption: { ...keys!, privateKey } }
    const answer = answerOf(await sealAnswer(it, {}))
    expect(await it.encryption.open(answer, halved)).toBe('answer_undecryptable')
  })
})

test('in the clear come the refusals of the guard and of the parser, and none of an endpoint', async () => {
  const it = await installDevice()
  const believed: ErrorCode[] = []
  for (const [code, { status }] of Object.entries(ERRORS)) {
    const headers = { 'Content-Type': 'application/problem+json' }
    const answer = new Response(JSON.stringify({ code }), { status, headers })
    const opened = await it.encryption.open(answer, it.credential)
    if (opened === answer) believed.push(code as ErrorCode)
  }
  const refused = Object.keys(ERRORS).filter((code) => !believed.includes(code as ErrorCode))
  expect(refused.sort()).toEqual([
    'conflict',
    'idempotency_mismatch',
    'login_rejected',
    'otp_rejected',
    'sms_budget_exhausted',
    'upstream_failed',
    'upstream_timeout',
  ])
})
