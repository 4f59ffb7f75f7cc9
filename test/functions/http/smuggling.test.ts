import { signatureBase } from '../../../protocol/src/index.ts'
import { seconds, startDatabase, type Spent, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { hmacOf, keyOf } from '../harness/key.ts'
import { message, sendRaw } from '../harness/sendRaw.ts'
import { newNonce, signed } from '../harness/signed.ts'

// Threat T18, over a plain socket: what a client library would tidy up must be judged as it comes.

const PATH = '/api/installs/current'
let database: TestDatabase
let instance: Instance

beforeAll(async () => {
  database = await startDatabase({ installs: KEYS })
  instance = await startInstance(database)
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

const KEYS = 500

/** Each request has a key that no other has: one that is accepted must read its record, and is found out. */
let used = 0
const freshKey = () => keyOf(used++)
afterAll(() => expect(used).toBeLessThan(KEYS))

/** The lines of a valid GET, which each case changes in one place. */
async function validGet(target = PATH): Promise<string[]> {
  const { headers } = await signed(freshKey(), { target, created: seconds(database.clock) })
  return [`GET ${target} HTTP/1.1`, 'Host: x', ...linesOf(headers)]
}

/** The lines of a valid rotation with the body `{}`, without its length. */
async function validPost(): Promise<string[]> {
  const target = `${PATH}/rotate`
  const request = { method: 'POST', target, body: '{}', created: seconds(database.clock) }
  const { headers } = await signed(freshKey(), request)
  return [`POST ${target} HTTP/1.1`, 'Host: x', ...linesOf(headers)]
}

const linesOf = (headers: object): string[] =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`)

/** The lines with the one that has this name replaced. */
const withLine = (lines: string[], name: string, change: (value: string) => string | string[]) =>
  lines.flatMap((line) =>
    line.startsWith(`${name}: `) ? change(line.slice(name.length + 2)) : line,
  )

const NOTHING: Spent = { reads: 0, writes: 0, denied: 0 }

/** Refused: some status below 500, or the connection cut; and the database was not asked. */
async function expectRefused(bytes: string | Buffer, options?: { finish: boolean }): Promise<void> {
  let statuses: readonly number[] = []
  const spent = await database.count(async () => {
    statuses = await sendRaw(instance.port, bytes, options)
  })
  for (const status of statuses) expect(Math.floor(status / 100)).toBe(4)
  expect(spent).toEqual(NOTHING)
}

test('the unchanged requests are accepted', async () => {
  expect(await sendRaw(instance.port, message(await validGet()))).toEqual([200])
  const post = [...(await validPost()), 'Content-Length: 2']
  expect(await sendRaw(instance.port, message(post, '{}'))).toEqual([200])
})

describe('a duplicate on the raw header list is refused', () => {
  const names = ['X-API-Key', 'Signature-Input', 'Signature']
  test.each(names)('%s twice, in the same words', async (name) => {
    const twice = (value: string) => [`${name}: ${value}`, `${name}: ${value}`]
    expect(await sendRaw(instance.port, message(withLine(await validGet(), name, twice)))).toEqual([
      400,
    ])
  })
  test.each(names)('%s, the second in other case', async (name) => {
    const twice = (value: string) => [`${name}: ${value}`, `${name.toUpperCase()}: ${value}`]
    await expectRefused(message(withLine(await validGet(), name, twice)))
  })
  test.each(names)('%s, an empty or foreign one in front or behind', async (name) => {
    for (const other of ['', 'x']) {
      const lines = await validGet()
      await expectRefused(
        message(withLine(lines, name, (v) => [`${name}: ${other}`, `${name}: ${v}`])),
      )
      await expectRefused(
        message(withLine(lines, name, (v) => [`${name}: ${v}`, `${name}: ${other}`])),
      )
    }
  })
  test.each(['Content-Type', 'Content-Digest'])('%s of a body', async (name) => {
    const twice = (value: string) => [`${name}: ${value}`, `${name}: ${value}`]
    const lines = withLine(await validPost(), name, twice)
    await expectRefused(message([...lines, 'Content-Length: 2'], '{}'))
  })
  test.each(names)('%s, two values joined by a comma', async (name) => {
    await expectRefused(message(withLine(await validGet(), name, (v) => `${name}: ${v}, ${v}`)))
  })
})

describe('a header that is not written as RFC 9112 wants it is refused', () => {
  const names = ['X-API-Key', 'Signature-Input', 'Signature']
  const SPOILED: Record<string, (name: string, value: string) => string> = {
    'a space before the colon': (name, value) => `${name} : ${value}`,
    'a space before the name': (name, value) => ` ${name}: ${value}`,
    'a control character in the name': (name, value) => `${name}\x01: ${value}`,
    'NUL in the value': (name, value) => `${name}: ${value}\0`,
    'a bare CR in the value': (name, value) => `${name}: ${value}\rX: y`,
    'Latin-1 in the value': (name, value) => `${name}: ${value}\xe9`,
    'a no-break space around the value': (name, value) => `${name}: \xa0${value}\xa0`,
    'no colon': (name, value) => `${name} ${value}`,
    'a line feed inside': (name, value) => `${name}: ${value.slice(0, 9)}\n${value.slice(9)}`,
    'a fold inside (obs-fold)': (name, value) =>
      `${name}: ${value.slice(0, 9)}\r\n ${value.slice(9)}`,
    'quotes around the value': (name, value) => `${name}: "${value}"`,
  }
  for (const [title, spoil] of Object.entries(SPOILED)) {
    test.each(names)(`%s: ${title}`, async (name) => {
      await expectRefused(message(withLine(await validGet(), name, (value) => spoil(name, value))))
    })
  }
  test('a header that is larger than any of ours', async () => {
    for (const size of [1100, 20_000]) {
      const padded = (value: string) => `Signature-Input: ${value};x="${'y'.repeat(size)}"`
      await expectRefused(message(withLine(await validGet(), 'Signature-Input', padded)))
    }
  })
  test('the signature in trailers', async () => {
    const [start, host, ...headers] = await validGet()
    const chunked = [start!, host!, 'Transfer-Encoding: chunked']
    await expectRefused(message(chunked, `0\r\n${headers.join('\r\n')}\r\n\r\n`))
  })
})

describe('a request target in another form than the origin form is refused', () => {
  const TARGETS = [
    `http://x${PATH}`,
    `HTTP://X${PATH}`,
    `//x${PATH}`,
    'x:80',
    '*',
    PATH.slice(1),
    `${PATH}#fragment`,
    `${PATH}?`,
    `${PATH}?a=b#c`,
    `${PATH}?a=é`,
    `${PATH}/.`,
    `${PATH}\\`,
  ]
  test.each(TARGETS)('%s', async (target) => {
    const lines = (await validGet()).with(0, `GET ${target} HTTP/1.1`)
    await expectRefused(message(lines))
  })
})

describe('a request line or version that is not HTTP/1.1 is refused', () => {
  const LINES = [
    `get ${PATH} HTTP/1.1`,
    `GET ${PATH} HTTP/1.1 `,
    `GET ${PATH} HTTP/9.9`,
    `GET ${PATH} http/1.1`,
    `G@T ${PATH} HTTP/1.1`,
    'PRI * HTTP/2.0',
  ]
  test.each(LINES)('%s', async (line) => {
    await expectRefused(message((await validGet()).with(0, line)), { finish: true })
  })
})

describe('a body whose length is told in two ways, or falsely, is refused', () => {
  const CHUNKED = '2\r\n{}\r\n0\r\n\r\n'
  const LENGTHS: Record<string, [lines: string[], body: string]> = {
    'Content-Length and Transfer-Encoding': [
      ['Content-Length: 2', 'Transfer-Encoding: chunked'],
      CHUNKED,
    ],
    'Transfer-Encoding and Content-Length': [
      ['Transfer-Encoding: chunked', 'Content-Length: 12'],
      CHUNKED,
    ],
    'two lengths that differ': [['Content-Length: 2', 'Content-Length: 3'], '{}'],
    'two lengths that agree': [['Content-Length: 2', 'Content-Length: 2'], '{}'],
    'two lengths in one line': [['Content-Length: 2, 2'], '{}'],
    'a signed length': [['Content-Length: +2'], '{}'],
    'a negative length': [['Content-Length: -2'], '{}'],
    'a hexadecimal length': [['Content-Length: 0x2'], '{}'],
    'an empty length': [['Content-Length: '], '{}'],
    'a length beyond 64 bits': [['Content-Length: 18446744073709551618'], '{}'],
    'an unknown transfer coding': [['Transfer-Encoding: xchunked'], CHUNKED],
    'chunked not as the last coding': [['Transfer-Encoding: chunked, identity'], CHUNKED],
    'a compressed transfer coding': [['Transfer-Encoding: gzip, chunked'], CHUNKED],
    'a disguised transfer coding': [['Transfer-Encoding:\x0bchunked'], CHUNKED],
    'chunked twice': [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], CHUNKED],
    'a transfer coding with a space before the colon': [['Transfer-Encoding : chunked'], CHUNKED],
    'a chunk size that is no number': [['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'],
    'a negative chunk size': [['Transfer-Encoding: chunked'], '-2\r\n{}\r\n0\r\n\r\n'],
    'a chunk size beyond 64 bits': [
      ['Transfer-Encoding: chunked'],
      '10000000000000002\r\n{}\r\n0\r\n\r\n',
    ],
    'a chunk without its end': [['Transfer-Encoding: chunked'], '2\r\n{}0\r\n\r\n'],
    'fewer bytes than told': [['Content-Length: 3'], '{}'],
    'no last chunk': [['Transfer-Encoding: chunked'], '2\r\n{}\r\n'],
  }
  for (const [title, [lines, body]] of Object.entries(LENGTHS)) {
    test(title, async () => {
      const bytes = message([...(await validPost()), ...lines], body)
      await expectRefused(bytes, { finish: true })
    })
  }
})

test('a request hidden in the body of another is not a request', async () => {
  const hidden = message(['GET /api/health HTTP/1.1', 'Host: x'])
  const lines = [...(await validPost()), `Content-Length: ${hidden.length}`]
  // Refused for its digest, and nothing else is answered on the connection.
  expect(await sendRaw(instance.port, message(lines, hidden))).toEqual([401])
})

describe('a Signature-Input outside the strict profile is refused though its signature is right', () => {
  const NONCE = 'nonce="abcdefghijklmnopqrstuv"'
  /** Not to be refused as a replay of the case before. */
  const withNewNonce = (params: string) => params.replace(NONCE, `nonce="${newNonce()}"`)
  const LIST = '("@method" "@path" "@query" "x-api-key")'
  const key = keyOf(KEYS - 1)
  const created = () => `created=${seconds(database.clock)}`
  const rest = (): string =>
    `${created()};${NONCE};keyid="${key.keyId}";alg="hmac-sha256";tag="latchkey"`

  /** Signed by the key's holder over exactly this text, as a lenient reader would rebuild it. */
  const linesFor = (text: string, label = 'lk'): string[] => {
    const params = withNewNonce(text)
    const base = signatureBase(
      [
        ['@method', 'GET'],
        ['@path', PATH],
        ['@query', '?'],
        ['x-api-key', key.apiKey],
      ],
      params,
    )
    return [
      `GET ${PATH} HTTP/1.1`,
      'Host: x',
      `X-API-Key: ${key.apiKey}`,
      `Signature-Input: ${label}=${params}`,
      `Signature: ${label}=:${hmacOf(key)(base).toString('base64')}:`,
    ]
  }

  test('the strict form, signed in the same way, is accepted', async () => {
    expect(await sendRaw(instance.port, message(linesFor(`${LIST};${rest()}`)))).toEqual([200])
  })

  const MUST_FAIL: Record<string, () => string> = {
    'no list': () => rest(),
    'an empty list': () => `();${rest()}`,
    'an unclosed list': () => `("@method" "@path" "@query" "x-api-key";${rest()}`,
    'a list in a list': () => `(${LIST});${rest()}`,
    'a trailing semicolon': () => `${LIST};${rest()};`,
    'two semicolons': () => `${LIST};;${rest()}`,
    'a trailing comma': () => `${LIST};${rest()},`,
    'a second member': () => `${LIST};${rest()}, other=${LIST};${rest()}`,
    'a space before a parameter': () => `${LIST}; ${rest()}`,
    'a tab between components': () => `("@method"\t"@path" "@query" "x-api-key");${rest()}`,
    'two spaces between components': () => `("@method"  "@path" "@query" "x-api-key");${rest()}`,
    'spaces inside the brackets': () => `( "@method" "@path" "@query" "x-api-key" );${rest()}`,
    'a component as a token': () => `(@method "@path" "@query" "x-api-key");${rest()}`,
    'a component twice': () => `("@method" "@method" "@path" "@query" "x-api-key");${rest()}`,
    'a component in upper case': () => `("@method" "@path" "@query" "X-API-Key");${rest()}`,
    'an escaped component': () => `("@meth\\od" "@path" "@query" "x-api-key");${rest()}`,
    'a component with ;sf': () => `("@method" "@path" "@query" "x-api-key";sf);${rest()}`,
    'a component with ;bs': () => `("@method" "@path" "@query" "x-api-key";bs);${rest()}`,
    'a component with ;req': () => `("@method";req "@path" "@query" "x-api-key");${rest()}`,
    'a component with ;tr': () => `("@method" "@path" "@query" "x-api-key";tr);${rest()}`,
    'a component too few': () => `("@method" "@path" "x-api-key");${rest()}`,
    'a component that is not of the profile': () =>
      `("@method" "@path" "@query" "x-api-key" "@authority");${rest()}`,
    'no created': () => `${LIST};${rest().replace(`${created()};`, '')}`,
    'created twice': () => `${LIST};${created()};${rest()}`,
    'created as a decimal': () => `${LIST};${rest().replace(created(), `${created()}.0`)}`,
    'created as a text': () => `${LIST};${rest().replace(/created=(\d+)/, 'created="$1"')}`,
    'created with a sign': () => `${LIST};${rest().replace('created=', 'created=+')}`,
    'created with a zero in front': () => `${LIST};${rest().replace('created=', 'created=0')}`,
    'created as an exponent': () => `${LIST};${rest().replace(created(), 'created=1795e6')}`,
    'created as a date (@)': () => `${LIST};${rest().replace('created=', 'created=@')}`,
    'created without a value': () => `${LIST};${rest().replace(created(), 'created')}`,
    'created negative': () => `${LIST};${rest().replace('created=', 'created=-')}`,
    'a nonce of 15 characters': () => `${LIST};${rest().replace(NONCE, 'nonce="abcdefghijklmno"')}`,
    'a nonce of 65 characters': () =>
      `${LIST};${rest().replace(NONCE, `nonce="${'a'.repeat(65)}"`)}`,
    'a nonce with a slash': () => `${LIST};${rest().replace('abcdef', 'abc/ef')}`,
    'a nonce as a token': () => `${LIST};${rest().replaceAll(NONCE, NONCE.replaceAll('"', ''))}`,
    'a nonce as bytes': () =>
      `${LIST};${rest().replace(NONCE, 'nonce=:YWJjZGVmZ2hpamtsbW5vcA==:')}`,
    'an unclosed nonce': () => `${LIST};${rest().replace(NONCE, NONCE.slice(0, -1))}`,
    'no nonce': () => `${LIST};${rest().replace(`${NONCE};`, '')}`,
    'another algorithm': () => `${LIST};${rest().replace('hmac-sha256', 'hmac-sha512')}`,
    'no algorithm': () => `${LIST};${rest().replace('alg="hmac-sha256";', '')}`,
    'another tag': () => `${LIST};${rest().replace('"latchkey"', '"other"')}`,
    'no tag': () => `${LIST};${rest().replace(';tag="latchkey"', '')}`,
    'a boolean parameter': () => `${LIST};${rest()};x`,
    'an unknown parameter': () => `${LIST};${rest()};x=1`,
    'a parameter in upper case': () => `${LIST};${rest().replace('nonce', 'NONCE')}`,
    'a keyid of another key': () => `${LIST};${rest().replace(key.keyId, keyOf(0).keyId)}`,
    'a keyid in upper case': () => `${LIST};${rest().replace(key.keyId, key.keyId.toUpperCase())}`,
    'a wide character': () => `${LIST};${rest()}\xff`,
  }
  for (const [title, params] of Object.entries(MUST_FAIL)) {
    test(title, async () => {
      await expectRefused(message(linesFor(params())))
    })
  }

  test.each(['', 'LK', 'l k', '1k', 'l"k', 'lk;a', 'l'.repeat(65)])(
    'the label %j',
    async (label) => {
      await expectRefused(message(linesFor(`${LIST};${rest()}`, label)))
    },
  )

  const SIGNATURES: Record<string, (mac: string) => string> = {
    'without its colons': (mac) => `lk=${mac}`,
    'without the last colon': (mac) => `lk=:${mac}`,
    'with another label': (mac) => `kl=:${mac}:`,
    'without padding': (mac) => `lk=:${mac.replace('=', '')}:`,
    'in base64url': (mac) =>
      `lk=:${mac.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}:`,
    'with unused bits set': (mac) => `lk=:${mac.slice(0, 42)}${mac[42] === 'B' ? 'C' : 'B'}=:`,
    'cut to 16 bytes': (mac) =>
      `lk=:${Buffer.from(mac, 'base64').subarray(0, 16).toString('base64')}:`,
    'with a space inside': (mac) => `lk=:${mac.slice(0, 9)} ${mac.slice(9)}:`,
    'with a parameter': (mac) => `lk=:${mac}:;x=1`,
    'with a second member': (mac) => `lk=:${mac}:, a=:${mac}:`,
    'as a text': (mac) => `lk="${mac}"`,
    empty: () => 'lk=::',
  }
  for (const [title, spoil] of Object.entries(SIGNATURES)) {
    test(`a Signature ${title}`, async () => {
      const lines = withLine(linesFor(`${LIST};${rest()}`), 'Signature', (value) => {
        return `Signature: ${spoil(value.slice('lk=:'.length, -1))}`
      })
      await expectRefused(message(lines))
    })
  }
})

describe('another way to write the same is accepted', () => {
  const accepted = async (lines: readonly string[], body = '') =>
    expect(await sendRaw(instance.port, message(lines, body))).toEqual([200])

  test('header names in any case', async () => {
    const [start, ...lines] = await validGet()
    const name = /^[^:]+/
    await accepted([start!, ...lines.map((line) => line.replace(name, (it) => it.toLowerCase()))])
    const [again, ...more] = await validGet()
    await accepted([again!, ...more.map((line) => line.replace(name, (it) => it.toUpperCase()))])
  })
  test('any white space around a value, or none', async () => {
    for (const around of ['$1:$2', '$1:  $2  ', '$1:\t$2\t']) {
      const [start, ...lines] = await validGet()
      await accepted([start!, ...lines.map((line) => line.replace(/^([^:]+): (.*)$/, around))])
    }
  })
  test('the path as the function itself sees it, without /api', async () => {
    await accepted((await validGet()).with(0, 'GET /installs/current HTTP/1.1'))
  })
  test('a query that is signed', async () => {
    await accepted(await validGet(`${PATH}?a=b&c=%20;d`))
  })
  test('a second space in the request line', async () => {
    await accepted((await validGet()).with(0, `GET  ${PATH} HTTP/1.1`))
  })
  test('headers in another order, and others between them', async () => {
    const [start, ...lines] = await validGet()
    await accepted([start!, 'Accept: */*', ...lines.reverse(), 'Cookie: a=b', 'Cookie: a=c'])
  })
  test('a chunked body', async () => {
    const lines = [...(await validPost()), 'Transfer-Encoding: chunked']
    await accepted(lines, '1;x=y\r\n{\r\n1\r\n}\r\n0\r\n\r\n')
  })
  test('an encoding of identity', async () => {
    const lines = [...(await validPost()), 'Content-Encoding: identity', 'Content-Length: 2']
    await accepted(lines, '{}')
  })
  test('two requests on one connection', async () => {
    const first = `${(await validGet()).join('\r\n')}\r\n\r\n`
    expect(await sendRaw(instance.port, first + message(await validGet()))).toEqual([200, 200])
  })
  test('a nonce of 16 and one of 64 characters', async () => {
    for (const nonce of ['a'.repeat(16), newNonce().padEnd(64, '_')]) {
      const { headers } = await signed(freshKey(), { nonce, created: seconds(database.clock) })
      await accepted([`GET ${PATH} HTTP/1.1`, 'Host: x', ...linesOf(headers)])
    }
  })
})
