import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { compactDecrypt, importJWK, type JWK } from 'jose'
import { startApp, type App, type Credential } from '../../scripts/demo/app.ts'
import {
  encryptTo,
  JOSE,
  type DroppedEncryption,
} from '../functions/encryption/harness/encryptingApp.ts'
import { sendCall } from './harness/registeredApp.ts'
import { running } from './harness/running.ts'

// Encrypted bodies through the deployed bundle: the SDK, the database's rules, HTTP, and jose on the side of
// the app. What does not decrypt, and routes that demand encryption: test/functions/encryption.

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwkOf = (key: { export(options: { format: 'jwk' }): JsonWebKey }) =>
  key.export({ format: 'jwk' }) as JWK

const VARIANTS = [
  ['device-key', { publicKey: jwkOf(publicKey) }],
  ['server-key', 'server-key'],
] as const

const LOGIN = { phone: '+4915112345678', password: 'correct horse' }

describe.each(VARIANTS)('%s', (kind, encryption) => {
  let app: App
  let credential: Credential & { readonly encryption: DroppedEncryption }

  beforeAll(async () => {
    app = await startApp(running())
    await app.register()
    const { code } = (await app.read(`${app.slotPath}/otp`)) as { readonly code: string }
    let answer = await app.register(code, { encryption })
    // The machine may be busy; the pair that was too late is the next one's.
    for (let tries = 1; tries < 5 && answer.status === 503; tries += 1) {
      answer = await app.register(code, { encryption })
    }
    expect(answer.status).toBe(200)
    credential = (await app.read(`${app.slotPath}/credential`)) as typeof credential
  })
  afterAll(() => app.close())

  const encrypt = (body: object): Promise<string> => {
    const { keyId } = credential
    const { publicKey: own, serviceKey } = credential.encryption
    const to = JSON.parse(serviceKey ?? own) as JWK
    const apu = Buffer.from(keyId).toString('base64url')
    return encryptTo(
      to,
      serviceKey === undefined
        ? { alg: 'RSA-OAEP-256', kid: keyId }
        : { alg: 'ECDH-ES+A256KW', kid: to.kid!, apu },
      JSON.stringify(body),
    )
  }
  const decrypt = async (answer: Response): Promise<unknown> => {
    expect(answer.headers.get('content-type')).toBe(JOSE)
    const own = credential.encryption.privateKey
    const jwk = own === undefined ? jwkOf(privateKey) : (JSON.parse(own) as JWK)
    const alg = jwk.kty === 'EC' ? 'ECDH-ES+A256KW' : 'RSA-OAEP-256'
    const { plaintext } = await compactDecrypt(await answer.text(), await importJWK(jwk, alg))
    return JSON.parse(Buffer.from(plaintext).toString())
  }
  const post = async (body: string, headers = {}) => {
    const call = { method: 'POST', path: '/login', body, contentType: JOSE }
    return sendCall(await app.sign(credential, call), headers)
  }

  test('the keys come by the drop', () => {
    expect(credential.encryption.kind).toBe(kind)
    if (kind === 'device-key') {
      const { x, y } = JSON.parse(credential.encryption.publicKey) as JWK
      expect({ x, y }).toEqual({ x: jwkOf(publicKey).x, y: jwkOf(publicKey).y })
    }
  })

  test('an encrypted request has an encrypted answer', async () => {
    expect(await decrypt(await post(await encrypt(LOGIN)))).toMatchObject({
      code: 'login_rejected',
    })
  })

  test('so has one that asks for it', async () => {
    const call = await app.sign(credential, { method: 'GET', path: '/installs/current' })
    const shown = await decrypt(await sendCall(call, { Accept: JOSE }))
    expect(shown).toMatchObject({ keyId: credential.keyId, encryption: kind })
  })

  test('what was changed on the way does not decrypt, even when it was signed', async () => {
    const body = await encrypt(LOGIN)
    const answer = await post(`${body.slice(0, -4)}AAAA`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'decryption_failed' })
  })

  test('after the first use nothing of it can be read in the slot', async () => {
    expect(await app.read(`${app.slotPath}/credential`)).toBeNull()
  })
})

test('the keys of the service are open to all, through Hosting as well', async () => {
  const answer = await fetch(`${running().apiBaseUrl}/keys`)
  expect(await answer.json()).toMatchObject({ keys: [{ kid: 'v1', alg: 'ECDH-ES+A256KW' }] })
})
