import { actAs, identify, nobody, owner } from '../../rtdb/src/auth.ts'
import { unsignedToken } from './support/wireClient.ts'

const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url')

test('an ID token gives UID, short provider name and all claims', () => {
  const claims = { sub: 'u', firebase: { sign_in_provider: 'google.com' }, role: 'x' }
  expect(identify(unsignedToken(claims))).toEqual({
    admin: false,
    auth: { uid: 'u', provider: 'google', token: { iat: 0, exp: 3600, ...claims } },
  })
})

test.each([
  [{ user_id: 'u', provider_id: 'anonymous' }, 'anonymous'],
  [{ sub: 'u', firebase: { sign_in_provider: 'password' } }, 'password'],
  [{ sub: 'u', firebase: {} }, 'custom'],
])('the provider of %j is %s', (claims, provider) => {
  expect(identify(unsignedToken(claims))).toMatchObject({ auth: { uid: 'u', provider } })
})

test.each([
  ['signed', `${part({ alg: 'RS256' })}.${part({ sub: 'u' })}.c2ln`],
  ['signed but claims not to be', `${part({ alg: 'none' })}.${part({ sub: 'u' })}.c2ln`],
  ['of two parts', `${part({ alg: 'none' })}.${part({ sub: 'u' })}`],
  ['of four parts', `${part({ alg: 'none' })}.${part({ sub: 'u' })}..`],
  ['without a UID', `${part({ alg: 'none' })}.${part({})}.`],
  ['with an empty UID', `${part({ alg: 'none' })}.${part({ sub: '' })}.`],
  ['with a UID that is no text', `${part({ alg: 'none' })}.${part({ sub: { a: 1 } })}.`],
  ['of an array', `${part({ alg: 'none' })}.${part(['u'])}.`],
  ['empty', ''],
])('a token that is %s proves nothing', (_, token) => {
  expect(() => identify(token)).toThrow('Could not parse auth token.')
})

test('only the owner acts as somebody else', () => {
  expect(actAs(owner, { uid: 'u' })).toEqual({ admin: false, auth: { uid: 'u' } })
  expect(actAs(owner, null)).toEqual(nobody)
  expect(actAs(owner, undefined)).toEqual(owner)
  expect(actAs(nobody, { uid: 'u' })).toEqual(nobody)
  expect(() => actAs(owner, 'u')).toThrow('Could not parse auth token.')
})
