import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import { ERRORS } from '../../../protocol/src/index.ts'
import type { Config } from '../../../functions/src/config.ts'
import { slotOf } from '../../../functions/src/installs/slot.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import type { Received } from '../harness/send.ts'
import {
  appWith,
  deviceEc,
  deviceRsa,
  encryptTo,
  JOSE,
  register,
  registerApp,
  SERVER_KEY,
  type EncryptingApp,
  type Wish,
} from './harness/encryptingApp.ts'

// Encrypted bodies through the whole service: register, sign, decrypt, answer.

let database: TestDatabase
let instance: Instance
const SETTINGS: Partial<Config> = {
  checkUidExists: false,
  registrationsPerMinutePerIp: 1000,
  smsCountries: new Set(['DE']),
  encryption: new Map([['/api/password/confirm', 'require']]),
}

beforeAll(async () => {
  process.env['SMS_SECRET'] = 'unused'
  database = await startDatabase()
  instance = await startInstance(database, SETTINGS)
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

/** A login that no account has: answered after the handler has read the body. */
const LOGIN = { phone: '+4915112345678', password: 'correct horse' }
const current = { target: '/api/installs/current', method: 'GET', accept: JOSE }

const WISHES: readonly (readonly [string, () => Wish])[] = [
  ['a P-256 key of the device', deviceEc],
  ['an RSA key of the device', deviceRsa],
  ['a pair of the server', () => SERVER_KEY],
]

describe.each(WISHES)('with %s', (_name, wish) => {
  let app: EncryptingApp
  beforeAll(async () => (app = await registerApp(database, instance, wish())))

  test('an encrypted request is understood, and its answer is encrypted to this key', async () => {
    const answer = await app.post(await app.encrypt(LOGIN))
    expect([answer.status, answer.headers['content-type']]).toEqual([401, JOSE])
    expect(answer.text).not.toContain('login')
    const { header, json } = await app.decrypt(answer)
    expect(header).toMatchObject({ enc: 'A256GCM', kid: app.key.keyId, cty: 'problem+json' })
    expect(json).toMatchObject({ code: 'login_rejected', status: 401 })
    expect(json['requestId']).toBe(answer.headers['x-request-id'])
  })

  test('a fault of the plaintext is told like any other, encrypted', async () => {
    const answer = await app.post(await app.encrypt({ ...LOGIN, more: 1 }))
    expect((await app.decrypt(answer)).json).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '#', detail: 'must have no other fields' }],
    })
    const text = await app.post(await app.encrypt(LOGIN, { cty: 'text/plain' }))
    expect((await app.decrypt(text)).json).toMatchObject({ code: 'unsupported_media_type' })
  })

  test('a request without a body has its answer encrypted when it asks for that', async () => {
    const answer = await app.post(undefined, current)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, JOSE])
    const { header, json } = await app.decrypt(answer)
    expect(header).toMatchObject({ cty: 'json' })
    expect(json).toMatchObject({ keyId: app.key.keyId, encryption: app.encryption!.kind })
  })

  test('nothing is encrypted that nobody has asked for', async () => {
    const plain = await app.post(JSON.stringify(LOGIN), { contentType: 'application/json' })
    expect(plain.json).toMatchObject({ code: 'login_rejected' })
    const shown = await app.post(undefined, { ...current, accept: 'application/json' })
    expect(shown.json).toMatchObject({ keyId: app.key.keyId })
  })

  test('a route that demands it takes no other body', async () => {
    const target = '/api/password/confirm'
    const plain = await app.post('{}', { target, contentType: 'application/json' })
    expect([plain.status, plain.json['code']]).toEqual([400, 'encryption_required'])
    const body = await app.encrypt({ phone: LOGIN.phone, otp: '000000', password: 'new password' })
    const answer = await app.post(body, { target })
    expect((await app.decrypt(answer)).json).toMatchObject({ code: 'otp_rejected' })
  })

  test('a rotation keeps it: the same key of the device, or a new pair', async () => {
    const own = await registerApp(database, instance, wish())
    const rotate = { target: '/api/installs/current/rotate' }
    let rotated = await own.post(undefined, rotate)
    while (rotated.status === 503) rotated = await own.post(undefined, rotate)
    expect(rotated.status).toBe(200)
    const before = own.encryption!
    const next = appWith(database, instance, own.key, wish())
    expect(next.encryption!.kind).toBe(before.kind)
    expect(next.encryption!.publicKey === before.publicKey).toBe(before.kind === 'device-key')
    // In its grace the old key goes on.
    expect((await own.post(await own.encrypt(LOGIN))).headers['content-type']).toBe(JOSE)
    expect((await next.post(await next.encrypt(LOGIN))).headers['content-type']).toBe(JOSE)
    const record = database.data()['installs']![next.key.keyId]!['encryption']!
    expect(record['sealedKey'] !== undefined).toBe(before.kind === 'server-key')
  })

  test('what is kept for it goes with its revocation', async () => {
    const own = await registerApp(database, instance, wish())
    expect(database.data()['installs']![own.key.keyId]!['encryption']).toBeDefined()
    const revoked = await own.post(undefined, { target: '/api/installs/current', method: 'DELETE' })
    expect(revoked.status).toBe(200)
    expect(database.data()['installs']![own.key.keyId]!['encryption']).toBeUndefined()
  })

  test('the private half is nowhere but in the drop, and gone with the first use', async () => {
    const own = await registerApp(database, instance, wish())
    const secrets = secretsOf(own.encryption!.privateKey)
    await own.post(await own.encrypt(LOGIN))
    const left = JSON.stringify(database.data()) + JSON.stringify(instance.events)
    for (const secret of secrets) expect(left).not.toContain(secret)
  })
})

/** The private members of a JWK. */
function secretsOf(text: string | undefined): string[] {
  if (text === undefined) return []
  const { d, p, q } = JSON.parse(text) as { d: string; p: string; q: string }
  return [d, p, q]
}

describe('everything that does not decrypt', () => {
  let app: EncryptingApp
  let other: EncryptingApp
  let paired: EncryptingApp
  beforeAll(async () => {
    app = await registerApp(database, instance, deviceEc())
    other = await registerApp(database, instance, deviceEc())
    paired = await registerApp(database, instance, SERVER_KEY)
  })

  const serviceKey = () => JSON.parse(app.encryption!.serviceKey!) as JWK
  const text = JSON.stringify(LOGIN)
  const apu = () => Buffer.from(app.key.keyId).toString('base64url')
  const good = () => app.encrypt(LOGIN)
  const changedAt = async (part: number, change: (text: string) => string): Promise<string> => {
    const parts = (await good()).split('.')
    parts[part] = change(parts[part]!)
    return parts.join('.')
  }
  const flip = (at: number) => (part: string) =>
    part.slice(0, at) + (part[at] === 'A' ? 'B' : 'A') + part.slice(at + 1)
  const header = (change: Readonly<Record<string, unknown>>) =>
    changedAt(0, (part) => {
      const now = JSON.parse(Buffer.from(part, 'base64url').toString()) as object
      return Buffer.from(JSON.stringify({ ...now, ...change })).toString('base64url')
    })
  const toService = (change: { readonly alg: string } & Readonly<Record<string, unknown>>) =>
    encryptTo(serviceKey(), { kid: 'v2', apu: apu(), ...change }, text)
  const symmetric = { kty: 'oct', k: randomBytes(32).toString('base64url') }

  const CASES: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['is empty JSON', () => '{}'],
    ['is four parts', async () => (await good()).split('.').slice(0, 4).join('.')],
    ['is six parts', async () => `${await good()}.AAAA`],
    ['has padding', async () => `${await good()}==`],
    ['has a changed tag', () => changedAt(4, flip(3))],
    ['has a shorter tag', () => changedAt(4, (part) => part.slice(0, 16))],
    ['has bits in its tag that mean nothing', () => changedAt(4, (part) => nextLast(part))],
    ['has a changed ciphertext', () => changedAt(3, flip(5))],
    ['has no ciphertext', () => changedAt(3, () => '')],
    ['has a changed IV', () => changedAt(2, flip(1))],
    ['has a longer IV', () => changedAt(2, (part) => `${part}AAAA`)],
    ['has a changed key', () => changedAt(1, flip(7))],
    ['has no key', () => changedAt(1, () => '')],
    ['has a key of another length', () => changedAt(1, (part) => part.slice(0, 32))],
    ['has a changed header', () => header({ cty: 'text/plain' })],
    ['has a header that is no JSON', () => changedAt(0, (part) => part.slice(4))],
    ['has a header that is a list', () => changedAt(0, () => 'W10')],
    ['is of alg none', () => header({ alg: 'none' })],
    ['is of alg dir', () => encryptTo(symmetric, { alg: 'dir', kid: 'v2' }, text)],
    ['is of alg A256KW', () => encryptTo(symmetric, { alg: 'A256KW', kid: 'v2' }, text)],
    ['is of alg PBES2', () => encryptTo(symmetric, { alg: 'PBES2-HS512+A256KW', kid: 'v2' }, text)],
    ['claims RSA1_5', () => header({ alg: 'RSA1_5' })],
    ['is of alg ECDH-ES', () => toService({ alg: 'ECDH-ES' })],
    ['is of alg ECDH-ES+A128KW', () => toService({ alg: 'ECDH-ES+A128KW' })],
    ['is of enc A128GCM', () => toService({ alg: 'ECDH-ES+A256KW', enc: 'A128GCM' })],
    ['is of enc A256CBC-HS512', () => toService({ alg: 'ECDH-ES+A256KW', enc: 'A256CBC-HS512' })],
    ['has no cty', () => toService({ alg: 'ECDH-ES+A256KW', cty: undefined })],
    ['has no kid', () => toService({ alg: 'ECDH-ES+A256KW', kid: undefined })],
    ['names a version that there is not', () => app.encrypt(LOGIN, { kid: 'v3' })],
    ['names another version than it is for', () => app.encrypt(LOGIN, { kid: 'v1' })],
    ['has zip in its header', () => header({ zip: 'DEF' })],
    ['has crit in its header', () => header({ crit: ['exp'], exp: 1 })],
    ['has a member that nobody knows', () => app.encrypt(LOGIN, { note: 'x' })],
    ['has an ephemeral key that is no point', () => header({ epk: { ...deviceJwk(), y: 'AA' } })],
    ['has an ephemeral key off the curve', () => header({ epk: offCurve() })],
    [
      'has an ephemeral key of another curve',
      () => header({ epk: { ...deviceJwk(), crv: 'P-384' } }),
    ],
    ['is for another key', () => encryptTo(deviceJwk(), goodHeader(), text)],
    ['says nothing of who has made it', () => toService({ alg: 'ECDH-ES+A256KW', apu: undefined })],
    ["is another install's", () => other.encrypt(LOGIN)],
    ["is for another install's pair", () => paired.encrypt(LOGIN)],
  ]
  const goodHeader = () => ({ alg: 'ECDH-ES+A256KW', kid: 'v2', apu: apu() })

  test('for a control, the good one does', async () => {
    const answer = await app.post(await encryptTo(serviceKey(), goodHeader(), text))
    expect((await app.decrypt(answer)).json).toMatchObject({ code: 'login_rejected' })
  })

  test.each(CASES)('gets the same bytes: one that %s', async (_name, make) => {
    expect(uniform(await app.post(await make()))).toEqual(UNIFORM)
  })

  test('with a pair of the server: one for its key by another hash, name or padding', async () => {
    const jwk = JSON.parse(paired.encryption!.publicKey) as JWK
    const { keyId } = paired.key
    const bad = [
      await encryptTo(jwk, { alg: 'RSA-OAEP', kid: keyId }, text),
      await encryptTo(jwk, { alg: 'RSA-OAEP-512', kid: keyId }, text),
      await encryptTo(jwk, { alg: 'RSA-OAEP-256', kid: app.key.keyId }, text),
      await encryptTo(rsaJwk(), { alg: 'RSA-OAEP-256', kid: keyId }, text),
      await app.encrypt(LOGIN),
    ]
    for (const body of bad) expect(uniform(await paired.post(body))).toEqual(UNIFORM)
    expect((await paired.post(await paired.encrypt(LOGIN))).headers['content-type']).toBe(JOSE)
  })

  test('the size is capped before anything else is looked at', async () => {
    const answer = await app.post('x'.repeat(16 * 1024 + 1))
    expect(answer.json).toMatchObject({ code: 'payload_too_large' })
    // The largest that fits.
    const largest = await app.encrypt({ ...LOGIN, more: 'x'.repeat(11_000) })
    expect((await app.decrypt(await app.post(largest))).json['code']).toBe('invalid_request')
  })

  test('the signature comes first: without a good one nothing is decrypted', async () => {
    const request = await app.sign(await good())
    const changed = { ...request, body: await changedAt(4, flip(3)) }
    expect((await instance.send(changed)).json).toMatchObject({ code: 'invalid_credentials' })
    expect((await instance.send(request)).headers['content-type']).toBe(JOSE)
    expect((await instance.send(request)).json).toMatchObject({ code: 'replayed' })
  })

  const deviceJwk = () => (deviceEc().encryption as { readonly publicKey: JWK }).publicKey
  const rsaJwk = () => (deviceRsa(3072).encryption as { readonly publicKey: JWK }).publicKey
  const offCurve = () => ({ ...deviceJwk(), x: randomBytes(32).toString('base64url') })
  const nextLast = (part: string) =>
    part.slice(0, -1) + String.fromCharCode(part.charCodeAt(part.length - 1) + 1)
})

const { status, title, detail } = ERRORS.decryption_failed
const UNIFORM = {
  status,
  headers: 'application/problem+json',
  body: {
    ...{ type: '/errors.html#decryption_failed', title, status, detail },
    code: 'decryption_failed',
  },
}
function uniform(answer: Received) {
  const { requestId, ...body } = answer.json
  expect(requestId).toBe(answer.headers['x-request-id'])
  return { status: answer.status, headers: answer.headers['content-type'], body }
}

describe('what an install without encryption meets', () => {
  let app: EncryptingApp
  beforeAll(async () => (app = await registerApp(database, instance)))

  test('its drop and its record say nothing of it', async () => {
    expect(app.encryption).toBeUndefined()
    const shown = await app.post(undefined, current)
    expect(shown.json).not.toHaveProperty('encryption')
  })

  test('a JWE is a media type like others that are not taken', async () => {
    const device = await registerApp(database, instance, deviceEc())
    const answer = await app.post(await device.encrypt(LOGIN))
    expect(answer.json).toMatchObject({ code: 'unsupported_media_type' })
  })

  test('a route that demands encryption says so', async () => {
    const answer = await app.post('{}', {
      ...{ target: '/api/password/confirm', contentType: 'application/json' },
    })
    expect(answer.json).toMatchObject({ code: 'encryption_required' })
  })

  test('it can ask for encryption with a rotation, and give it up again', async () => {
    const rotate = { target: '/api/installs/current/rotate', contentType: 'application/json' }
    const wish = deviceEc()
    const asked = await app.post(JSON.stringify({ encryption: wish.encryption }), rotate)
    expect(asked.status).toBe(200)
    const next = appWith(database, instance, app.key, wish)
    expect((await next.decrypt(await next.post(await next.encrypt(LOGIN)))).json).toMatchObject({
      code: 'login_rejected',
    })
    expect((await next.post('{"encryption":"none"}', rotate)).status).toBe(200)
    expect(appWith(database, instance, app.key, wish).encryption).toBeUndefined()
  })
})

describe('what a registration may ask for', () => {
  const begin = async () => {
    const place = { deviceId: 'device-asks', uid: `uid-${randomBytes(6).toString('hex')}` }
    await register(instance, place)
    const slot = database.data()['users']![place.uid]![slotOf(place.deviceId)]!
    return { ...place, otp: slot['otp']!['code'] as unknown as string }
  }
  const ec = (deviceEc().encryption as { publicKey: JWK }).publicKey
  const rsa = (bits: number, publicExponent = 65537) =>
    generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({
      format: 'jwk',
    })

  test.each([
    ['another word', 'client-key'],
    ['true', true],
    ['null', null],
    ['no key', {}],
    ['a key and more', { publicKey: ec, note: 1 }],
    ['a text for a key', { publicKey: JSON.stringify(ec) }],
    ['a private EC key', { publicKey: { ...ec, d: 'AAAA' } }],
    ['a private RSA key', { publicKey: { ...rsa(2048), d: 'AAAA' } }],
    ['a symmetric key', { publicKey: { kty: 'oct', k: 'AAAA' } }],
    ['a point that is not on the curve', { publicKey: { ...ec, x: ec.y } }],
    ['a point without y', { publicKey: { kty: 'EC', crv: 'P-256', x: ec.x } }],
    ['a point in another writing', { publicKey: { ...ec, x: `${ec.x}=` } }],
    [
      'another curve',
      {
        publicKey: generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
          format: 'jwk',
        }),
      },
    ],
    ['RSA of 1024 bits', { publicKey: rsa(1024) }],
    ['RSA with e=3', { publicKey: rsa(2048, 3) }],
    ['a modulus in another writing', { publicKey: { ...rsa(2048), n: `AA${rsa(2048).n}` } }],
    ['a key for signatures', { publicKey: { ...ec, use: 'sig' } }],
    ['a key for another algorithm', { publicKey: { ...ec, alg: 'ECDH-ES' } }],
  ])('not %s', async (_name, encryption) => {
    const answer = await register(instance, { ...(await begin()), encryption })
    expect([answer.status, answer.json['code']]).toEqual([400, 'invalid_request'])
    const [fault] = answer.json['errors'] as { pointer: string }[]
    expect(fault!.pointer).toMatch(/^#\/encryption/)
  })

  test('what a JWK says of itself is dropped', async () => {
    const place = await begin()
    const publicKey = { ...ec, key_ops: [], ext: true, kid: 'mine', use: 'enc' }
    expect((await register(instance, { ...place, encryption: { publicKey } })).status).toBe(200)
    const slot = database.data()['users']![place.uid]![slotOf(place.deviceId)]!
    const dropped = slot['credential']!['encryption'] as unknown as { publicKey: string }
    expect(Object.keys(JSON.parse(dropped.publicKey) as object)).toEqual(['crv', 'kty', 'x', 'y'])
  })

  test('a wrong wish costs no attempt, and the code is still good', async () => {
    const place = await begin()
    for (let n = 0; n < 6; n += 1) {
      await register(instance, { ...place, encryption: { publicKey: rsa(1024) } })
    }
    expect((await register(instance, { ...place, encryption: { publicKey: ec } })).status).toBe(200)
  })

  test('nothing before the proof: a stranger chooses no key, and has none made', async () => {
    const answer = await register(instance, {
      ...{ deviceId: 'device-asks', uid: 'uid-of-another', encryption: 'server-key' },
    })
    expect(answer.json).toMatchObject({ code: 'invalid_request' })
    expect(database.data()['users']?.['uid-of-another']).toBeUndefined()
  })
})

describe('the keys that are published', () => {
  test('anybody may read and keep them, the newest first', async () => {
    const answer = await instance.send({ method: 'GET', target: '/api/keys' })
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('public, max-age=3600')
    const keys = answer.json['keys'] as JWK[]
    expect(keys.map(({ kid }) => kid)).toEqual(['v2', 'v1'])
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    }
  })
})
