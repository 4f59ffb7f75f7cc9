import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import * as messageSig from 'http-message-sig'
import * as messageSignatures from 'http-message-signatures'
import apiKeys from '../vectors/api-key.json'
import digests from '../vectors/content-digest.json'
import hmacs from '../vectors/rfc4231-4.json'
import keyring from '../vectors/keyring.json'
import serverTimes from '../vectors/server-time.json'
import signedRequests from '../vectors/signed-requests.json'
import slots from '../vectors/slot.json'
import targets from '../vectors/target.json'

// The generated vectors against code that is not ours: Node's own primitives written out, and two packages.
// Nothing here may import from protocol/ or functions/, which is what the vectors were made from.

const { credential } = signedRequests
const MASTER = keyring.masterSecrets['1']
const SECRET = Buffer.from(credential.hmacSecretHex, 'hex')
const ORIGIN = 'https://example.com'

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const hmac = (key: Buffer, data: string | Buffer) => createHmac('sha256', key).update(data).digest()

test('the primitive itself is the one of the RFC', () => {
  for (const { keyHex, dataHex, macHex } of hmacs.cases) {
    const mac = hmac(Buffer.from(keyHex, 'hex'), Buffer.from(dataHex, 'hex'))
    expect(mac.toString('hex')).toBe(macHex)
  }
})

test('the credential is what RFC 5869 makes of the master secret', () => {
  const { apiKey, keyId, hmacSecret, hmacSecretHex } = credential
  const derive = (info: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(MASTER, 'base64url'), '', info, 32))
  const mac = hmac(derive('latchkey/1/api-key-mac'), `v1_${keyId}`).toString('hex').slice(0, 32)
  expect(apiKey).toBe(`lk_v1_${keyId}_${mac}`)
  expect(derive(`latchkey/1/hmac-secret/${keyId}`).toString('hex')).toBe(hmacSecretHex)
  expect(Buffer.from(hmacSecretHex, 'hex').toString('base64url')).toBe(hmacSecret)
})

test('API keys are their parts joined; secrets are Node’s base64url of 32 bytes', () => {
  for (const { apiKey, masterVersion, keyId, mac } of apiKeys.apiKeys.accepted) {
    expect(apiKey).toBe(['lk', `v${masterVersion}`, keyId, mac].join('_'))
    expect([keyId.length, mac.length]).toEqual([32, 32])
  }
  for (const { hmacSecret, hex } of apiKeys.hmacSecrets.accepted) {
    expect(Buffer.from(hex, 'hex').toString('base64url')).toBe(hmacSecret)
    expect(Buffer.from(hex, 'hex')).toHaveLength(32)
  }
})

test('slots are cut from the digest of the device ID', () => {
  for (const { deviceId, sha256Hex, slot } of slots.accepted) {
    expect(sha256(deviceId).toString('hex')).toBe(sha256Hex)
    expect(Buffer.from(sha256Hex, 'hex').toString('base64url').slice(0, 22)).toBe(slot)
  }
})

test('digests are over the bytes of the body, and texts are UTF-8', () => {
  for (const { bodyText, bodyHex, sha256Hex, contentDigest } of digests.cases) {
    const bytes = Buffer.from(bodyHex, 'hex')
    if (bodyText !== undefined) expect(Buffer.from(bodyText, 'utf8')).toEqual(bytes)
    expect(sha256(bytes).toString('hex')).toBe(sha256Hex)
    expect(contentDigest).toBe(`sha-256=:${sha256(bytes).toString('base64')}:`)
  }
})

test('targets read the same to the URL parser of the standard, but for what it would escape', () => {
  for (const { target, path, query } of targets.accepted) {
    const url = new URL(ORIGIN + target)
    const prefixed = url.pathname.startsWith('/api/') || url.pathname === '/api'
    const canonical = prefixed ? url.pathname : `/api${url.pathname}`
    // RFC 9421 signs what is sent: a client whose library escapes must sign the escaped text.
    const escaped = query.replaceAll(/["'<>]/g, (mark) => `%${Buffer.from(mark).toString('hex')}`)
    expect({ canonical, query: url.search || '?' }).toEqual({
      canonical: path,
      query: escaped.replaceAll(/%3[ce]/g, (text) => text.toUpperCase()),
    })
  }
})

type Vector = (typeof signedRequests.requests)[number]

/** As RFC 9421 section 2.5 tells it, from the request alone. */
function writeOut({ method, target, created, nonce, contentType, bodyHex }: Vector) {
  const [sentPath = '', ...rest] = target.split('?')
  const lines = [
    `"@method": ${method}`,
    `"@path": ${sentPath.startsWith('/api/') ? '' : '/api'}${sentPath}`,
    `"@query": ?${rest.join('?')}`,
    `"x-api-key": ${credential.apiKey}`,
  ]
  if (bodyHex !== undefined) {
    const digest = sha256(Buffer.from(bodyHex, 'hex')).toString('base64')
    lines.push(`"content-type": ${contentType}`, `"content-digest": sha-256=:${digest}:`)
  }
  const names = lines.map((line) => line.slice(0, line.indexOf(':')))
  const params =
    `(${names.join(' ')});created=${created};nonce="${nonce}";keyid="${credential.keyId}"` +
    ';alg="hmac-sha256";tag="latchkey"'
  return { params, lines: [...lines, `"@signature-params": ${params}`] }
}

test.each(signedRequests.requests)('written out by hand: $title', (vector) => {
  const { params, lines } = writeOut(vector)
  expect(vector.signatureParams).toBe(params)
  expect(vector.signatureBase).toEqual(lines)
  const mac = hmac(SECRET, Buffer.from(lines.join('\n'), 'ascii'))
  expect(vector.macHex).toBe(mac.toString('hex'))
  expect(vector.headers).toMatchObject({
    'X-API-Key': credential.apiKey,
    'Signature-Input': `lk=${params}`,
    Signature: `lk=:${mac.toString('base64')}:`,
  })
})

/** As it arrives at a server that knows the canonical path. */
const canonicalUrl = ({ path, query }: Vector) => ORIGIN + path + (query === '?' ? '' : query)

/** Both packages read the target by a URL object, which escapes; what it leaves alone can be compared. */
const COMPARABLE = signedRequests.requests.filter(({ path, query }) => {
  const url = new URL(`${ORIGIN}${path}${query}`)
  return url.pathname === path && (url.search || '?') === query
})

test('all but one can be compared with the packages', () => {
  expect(COMPARABLE).toHaveLength(signedRequests.requests.length - 1)
})

const coveredBy = ({ components }: Vector) => components.map(([name]) => name!)

describe('http-message-signatures', () => {
  test.each(COMPARABLE)('makes the same signature: $title', async (vector) => {
    const { method, created, nonce, headers } = vector
    const plain = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !name.startsWith('Signature')),
    )
    const signed = await messageSignatures.httpbis.signMessage(
      {
        key: messageSignatures.createSigner(SECRET, 'hmac-sha256', credential.keyId),
        name: 'lk',
        fields: coveredBy(vector),
        params: ['created', 'nonce', 'keyid', 'alg', 'tag'],
        paramValues: { created: new Date(created * 1000), nonce, tag: 'latchkey' },
      },
      { method, url: canonicalUrl(vector), headers: plain },
    )
    expect(signed.headers).toMatchObject(headers)
  })
})

describe('http-message-sig', () => {
  test.each(COMPARABLE)('verifies the signature: $title', async (vector) => {
    const verify = (signature: string) =>
      messageSig.verifySignature(
        {
          kind: 'request',
          method: vector.method,
          targetUri: canonicalUrl(vector),
          fields: Object.entries({ ...vector.headers, Signature: signature }).map(
            ([name, value]) => ({ name, value: String(value) }),
          ),
        },
        {
          policy: {
            algorithms: ['hmac-sha256'],
            requiredComponents: coveredBy(vector),
            requiredParameters: ['created', 'nonce', 'keyid', 'alg', 'tag'],
            maxAge: 300,
            clockSkew: 30,
            now: vector.created,
          },
          resolveVerifier: () => ({
            algorithm: 'hmac-sha256',
            verify: (base, mac) => timingSafeEqual(hmac(SECRET, Buffer.from(base)), mac),
          }),
        },
      )
    const { Signature } = vector.headers
    await expect(verify(Signature)).resolves.toHaveProperty('algorithm', 'hmac-sha256')
    const spoiled = Signature.replace(/:(.)/, (_, digit) => (digit === 'A' ? ':B' : ':A'))
    await expect(verify(spoiled)).rejects.toHaveProperty('code', 'VerificationFailed')
  })
})

test('the server’s time is believed exactly when its MAC is over it and over the nonce', () => {
  const isBelieved = (header: string, nonce: string) => {
    const [time, mac] = header.split('; mac=')
    const text = `latchkey server time\n${time}\n${nonce}`
    return mac === `:${hmac(SECRET, text).toString('base64')}:`
  }
  for (const { header, nonce, text, unixSeconds } of serverTimes.accepted) {
    expect(text).toEqual(['latchkey server time', String(unixSeconds), nonce])
    expect(isBelieved(header, nonce)).toBe(true)
  }
  for (const { header, nonce } of serverTimes.refused) expect(isBelieved(header, nonce)).toBe(false)
})
