import { mayEnter } from '../../rtdb/src/hostCheck.ts'

const given = new Set(['database', '0.0.0.0'])

test.each([
  ['localhost:9000', true],
  ['demo-x.localhost:9000', true],
  ['LOCALHOST', true],
  ['127.0.0.1:9000', true],
  ['[::1]:9000', true],
  ['192.168.1.5:9000', true],
  ['database:9000', true],
  ['evil.example:9000', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['localhost@evil.example', false],
  ['a b', false],
  ['', false],
  [undefined, false],
])('host %j: %j', (host, expected) => {
  expect(mayEnter({ host }, given)).toBe(expected)
})

test.each([
  ['http://localhost:5000', true],
  ['https://app.localhost', true],
  ['capacitor://localhost', true],
  ['http://database', true],
  ['http://192.168.1.5:9000', true],
  ['http://192.168.1.6:9000', false],
  ['https://evil.example', false],
  ['https://localhost.evil.example', false],
  ['file://', false],
  ['null', false],
  ['', false],
])('origin %j of a page for the host 192.168.1.5: %j', (origin, expected) => {
  expect(mayEnter({ host: '192.168.1.5:9000', origin }, given)).toBe(expected)
})

test.each([
  ['same-origin', true],
  ['none', true],
  ['same-site', false],
  ['cross-site', false],
])('without an origin, a browser that says %j: %j', (site, expected) => {
  expect(mayEnter({ host: 'localhost', 'sec-fetch-site': site }, given)).toBe(expected)
})

test('an origin that is no URL is foreign, however often it is asked', () => {
  // UTF-8 read as Latin-1, as headers are: a name and a control character.
  const origin = 'http://localhos\u00ea\u008a\u0096'
  const host = 'localhost'
  // So many that the engine compiles what checks it.
  const answers = Array.from({ length: 10_000 }, () => mayEnter({ host, origin }, given))
  expect(answers).not.toContain(true)
})
