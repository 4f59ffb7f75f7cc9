import { createHash, createHmac } from 'node:crypto'
import { parseBaseUrl, readCall, type CallInit } from '../../client/src/call.ts'
import { signCall } from '../../client/src/signCall.ts'
import {
  parseApiKey,
  parseSignedRequest,
  parseTarget,
  pickSignedHeaders,
  type SignedHeaders,
} from '../../protocol/src/index.ts'

const SECRET = Buffer.alloc(32, 7)
const KEY_ID = '0'.repeat(32)
const CREDENTIAL = {
  uid: 'uid',
  keyId: KEY_ID,
  apiKey: `lk_v1_${KEY_ID}_${'a'.repeat(32)}`,
  secret: SECRET.toString('base64url'),
}
const BASE = parseBaseUrl('https://host.example/project/region/api/')

async function received(path: string, init: CallInit = {}) {
  const { signed } = await signCall(await readCall(BASE, path, init), CREDENTIAL, 1_795_300_000)
  const headers = pickSignedHeaders(Object.entries(signed.headers).flat())
  const parsed = parseSignedRequest({
    method: signed.method,
    target: parseTarget(signed.url.slice('https://host.example/project/region'.length))!,
    headers: headers as SignedHeaders,
    apiKey: parseApiKey(CREDENTIAL.apiKey)!,
    hasBody: signed.body !== undefined,
  })
  if (typeof parsed === 'string') throw new Error(parsed)
  return { signed, parsed }
}

const FORM = new URLSearchParams({ a: 'é' })

test.each<[string, string, CallInit | undefined, string | undefined]>([
  ['no body', '/installs/current', undefined, undefined],
  ['an empty body', '/installs/current', { method: 'post', body: '' }, undefined],
  ['a query to be escaped', `/login?q="é'`, { method: 'DELETE' }, undefined],
  ['a text', '/login', { method: 'POST', body: '{"é":1}' }, '{"é":1}'],
  ['bytes', '/login', { method: 'POST', body: new Uint8Array([1, 2]) }, '\u0001\u0002'],
  ['a form', '/login', { method: 'POST', body: FORM }, 'a=%C3%A9'],
  [
    'a type of its own',
    '/x',
    { method: 'PUT', body: 'x', headers: { 'content-type': 'a/b' } },
    'x',
  ],
])('the receiver reads what was signed: %s', async (_what, path, init, body) => {
  const { signed, parsed } = await received(path, init)
  expect(parsed.mac).toBe(createHmac('sha256', SECRET).update(parsed.base).digest('base64'))
  const digest = body && createHash('sha256').update(body).digest('base64')
  expect(parsed.contentDigest).toBe(digest)
  expect(new URL(signed.url).href).toBe(signed.url)
})

test('a text is JSON unless the caller says otherwise; a form has its own type', async () => {
  const typeOf = async (init: CallInit) =>
    (await received('/x', { method: 'POST', ...init })).signed.headers['Content-Type']
  expect(await typeOf({ body: '{}' })).toBe('application/json')
  expect(await typeOf({ body: FORM })).toBe('application/x-www-form-urlencoded;charset=UTF-8')
  expect(await typeOf({ body: 'x', headers: { 'CONTENT-TYPE': 'a/b' } })).toBe('a/b')
})

test('the canonical path is the same call', async () => {
  expect((await readCall(BASE, '/api/login?x')).url).toBe((await readCall(BASE, '/login?x')).url)
})

test.each(['https://elsewhere.example/api/login', '/../login', '../login'])(
  'an address that is not below the service is refused: %s',
  async (path) => {
    await expect(readCall(BASE, path)).rejects.toThrow(TypeError)
  },
)
