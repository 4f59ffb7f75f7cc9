import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { equalInConstantTime, makeKeyring } from '../../../functions/src/installs/keyring.ts'
import vectors from '../../vectors/keyring.json'

const secretOf = (name: string) => createHash('sha256').update(name).digest('base64url')
const keyId = '019a8f2d4c3e7b6aa1d0c5e4f3b2a190'

describe(vectors.title, () => {
  const keyring = makeKeyring(JSON.stringify(vectors.masterSecrets))

  test.each(vectors.cases)('version $masterVersion, key $keyId', (vector) => {
    const { masterVersion } = vector
    expect(keyring.apiKeyMac(masterVersion, vector.keyId)).toBe(vector.apiKeyMac)
    expect(keyring.hmacSecret(masterVersion, vector.keyId).toString('hex')).toBe(
      vector.hmacSecretHex,
    )
    expect(keyring.totpSecret(masterVersion, vector.keyId).toString('hex')).toBe(
      vector.totpSecretHex,
    )
    expect(keyring.privateKeySeal(masterVersion, vector.keyId).toString('hex')).toBe(
      vector.privateKeySealHex,
    )
    expect(keyring.serviceKeySeed(masterVersion).toString('hex')).toBe(vector.serviceKeySeedHex)
  })

  test('no two purposes, keys or versions share a value', () => {
    const values = vectors.cases.flatMap(({ masterVersion: version, keyId: id }) => [
      keyring.apiKeyMac(version, id),
      keyring.hmacSecret(version, id).toString('hex').slice(0, 32),
      keyring.totpSecret(version, id).toString('hex').slice(0, 32),
    ])
    expect(new Set(values).size).toBe(vectors.cases.length * 3)
  })
})

describe('versions', () => {
  const one = { 1: secretOf('one') }
  const two = { ...one, 2: secretOf('two') }
  const ten = { 10: secretOf('ten'), 9: secretOf('nine') }

  test('the newest by number issues, whatever the order', () => {
    expect(makeKeyring(JSON.stringify(two)).newestVersion).toBe(2)
    expect(makeKeyring(JSON.stringify(ten)).newestVersion).toBe(10)
    expect(makeKeyring('{"10":"' + ten[10] + '","9":"' + ten[9] + '"}').newestVersion).toBe(10)
  })

  test('an older one verifies as before when a newer is added', () => {
    const before = makeKeyring(JSON.stringify(one))
    const after = makeKeyring(JSON.stringify(two))
    expect(after.has(1)).toBe(true)
    expect(after.apiKeyMac(1, keyId)).toBe(before.apiKeyMac(1, keyId))
    expect(after.hmacSecret(1, keyId)).toEqual(before.hmacSecret(1, keyId))
  })

  test('a removed one is known no more', () => {
    const after = makeKeyring(JSON.stringify({ 2: two[2] }))
    expect(after.has(1)).toBe(false)
    expect(() => after.apiKeyMac(1, keyId)).toThrow(TypeError)
    expect(() => after.hmacSecret(1, keyId)).toThrow(TypeError)
    expect(() => after.totpSecret(1, keyId)).toThrow(TypeError)
  })
})

describe('bad MASTER_SECRETS are refused without being quoted', () => {
  const good = secretOf('a secret that must not be told')

  test.each([
    ['nothing', ''],
    ['the bare secret', good],
    ['JSON cut off', `{"1":"${good}`],
    ['a list', `["${good}"]`],
    ['a text', `"${good}"`],
    ['null', 'null'],
    ['no version', '{}'],
    ['version 0', `{"0":"${good}"}`],
    ['version 01', `{"01":"${good}"}`],
    ['version v1', `{"v1":"${good}"}`],
    ['a version that is no safe number', `{"12345678901234567890":"${good}"}`],
    ['the secret as version', `{"${good}":"1"}`],
    ['__proto__ as version', `{"__proto__":"${good}"}`],
    ['31 bytes', `{"1":"${good.slice(0, 42)}"}`],
    ['base64 instead of base64url', `{"1":"${good.slice(0, 40)}+/+="}`],
    ['a line end after the secret', `{"1":"${good}\\n"}`],
    ['a number', '{"1":12345678901234567890}'],
    ['one good, one bad', `{"1":"${good}","2":"${good.slice(1)}"}`],
  ])('%s', (_name, text) => {
    let message = ''
    try {
      makeKeyring(text)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      message = String(error) + String((error as Error).cause) + (error as Error).stack
    }
    expect(message).toContain('MASTER_SECRETS')
    for (let at = 0; at + 8 <= good.length; at += 1) {
      expect(message).not.toContain(good.slice(at, at + 8))
    }
  })

  test('any text: TypeError and no five characters of a value in it, or a keyring', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9+/=_-]{10,60}$/)
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), secret, (version, value) => {
        let told = ''
        try {
          makeKeyring(JSON.stringify({ [version]: value }))
        } catch (error) {
          if (!(error instanceof TypeError)) throw error
          told = error.message
        }
        expect(told).not.toContain(value)
      }),
      { numRuns: 2000 },
    )
  })
})

test('equalInConstantTime is equality of texts of ASCII', () => {
  const hex = fc.stringMatching(/^[0-9a-f]{0,40}$/)
  fc.assert(
    fc.property(hex, hex, (one, other) => {
      expect(equalInConstantTime(one, one)).toBe(true)
      expect(equalInConstantTime(one, other)).toBe(one === other)
    }),
  )
})
