import { placeSecret } from '../../../functions/src/gateway/placeSecret.ts'

test('a header, with its prefix', () => {
  const placed = placeSecret('s3cr3t-s3cr3t', {
    in: 'header',
    name: 'Authorization',
    prefix: 'Bearer ',
  })
  expect(placed).toMatchObject({ query: '', headers: ['Authorization', 'Bearer s3cr3t-s3cr3t'] })
})

test('a query parameter, encoded; both forms must not come back', () => {
  const placed = placeSecret('a&b=c/d+e', { in: 'query', name: 'key' })
  expect(placed).toMatchObject({ query: 'key=a%26b%3Dc%2Fd%2Be', headers: [] })
  expect(placed?.forms).toEqual(['a&b=c/d+e', 'a%26b%3Dc%2Fd%2Be', 'a&amp;b=c/d+e'])
})

test('Basic: the secret is the password, or all of it', () => {
  const pair = `Basic ${Buffer.from('me:s3cr3t-s3cr3t').toString('base64')}`
  const of = (secret: string, username?: string) =>
    placeSecret(secret, { in: 'basic', ...(username !== undefined && { username }) })?.headers
  expect(of('s3cr3t-s3cr3t', 'me')).toEqual(['Authorization', pair])
  expect(of('me:s3cr3t-s3cr3t')).toEqual(['Authorization', pair])
})

test('the line’s end of a file is no part of it', () => {
  const placed = placeSecret('s3cr3t-s3cr3t\r\n', { in: 'header', name: 'X-Key' })
  expect(placed?.headers).toEqual(['X-Key', 's3cr3t-s3cr3t'])
})

test.each(['', 'short', 'two words-long', 'line\nfeed-long', 'unicode-ü-long', 'x'.repeat(4097)])(
  'it must not be %j',
  (value) => {
    expect(placeSecret(value, { in: 'header', name: 'X-Key' })).toBeNull()
  },
)
