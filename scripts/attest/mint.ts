import { createHash, createPrivateKey, createPublicKey, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { IssuerKeys } from './issuerKeys.ts'

/** What the local service is set up to believe; see localParams. */
export const LOCAL_PROJECT_NUMBER = '123456789012'
export const LOCAL_APP_ID = `1:${LOCAL_PROJECT_NUMBER}:web:0123456789abcdef`
export const LOCAL_HOST = 'localhost'
/** Of the one key that the local key set has. */
export const LOCAL_KEY_ID = 'local'

export interface AppCheckWish {
  readonly appId?: string
  readonly projectNumber?: string
  /** Unix seconds. */
  readonly now?: number
  readonly seconds?: number
}

/** As Firebase App Check issues it. */
export function mintAppCheck(
  { appCheckPem }: IssuerKeys,
  { appId, projectNumber, now, seconds = 3600 }: AppCheckWish = {},
): Promise<string> {
  const project = projectNumber ?? LOCAL_PROJECT_NUMBER
  const iat = now ?? nowSeconds()
  return new SignJWT({ sub: appId ?? LOCAL_APP_ID, iat, exp: iat + seconds, jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: LOCAL_KEY_ID })
    .setIssuer(`https://firebaseappcheck.googleapis.com/${project}`)
    .setAudience([`projects/${project}`, 'projects/demo-latchkey'])
    .sign(createPrivateKey(appCheckPem))
}

export interface ApproovWish {
  /** What the token is bound to; unbound without. */
  readonly apiKey?: string | undefined
  /** As the account is set up: by its secret, or by the key of localApproovJwk. */
  readonly algorithm?: 'HS256' | 'RS256'
  readonly now?: number
  readonly seconds?: number
}

/** What APPROOV_JWK is for an account that signs with RS256: one RSA key does for all that is made here. */
export const localApproovJwk = ({ appCheckPem }: IssuerKeys): string =>
  JSON.stringify(createPublicKey(appCheckPem).export({ format: 'jwk' }))

/** As Approov issues it: for five minutes. */
export function mintApproov(
  { approovSecret, appCheckPem }: IssuerKeys,
  { apiKey, algorithm = 'HS256', now = nowSeconds(), seconds = 300 }: ApproovWish = {},
): Promise<string> {
  const pay =
    apiKey === undefined ? {} : { pay: createHash('sha256').update(apiKey).digest('base64') }
  return new SignJWT({ iss: 'local', iat: now, exp: now + seconds, did: randomUUID(), ...pay })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .sign(
      algorithm === 'RS256' ? createPrivateKey(appCheckPem) : Buffer.from(approovSecret, 'base64'),
    )
}

export interface RecaptchaWish {
  readonly action?: string
  /** 0 to 1. */
  readonly score?: number
  readonly hostname?: string
  readonly now?: number
}

/** Google's are opaque; ours hold what the local siteverify answers. Good for two minutes and once. */
export async function mintRecaptcha(
  { recaptchaSecret }: IssuerKeys,
  {
    action = 'installs',
    score = 0.9,
    hostname = LOCAL_HOST,
    now = nowSeconds(),
  }: RecaptchaWish = {},
): Promise<string> {
  const jwt = await new SignJWT({
    action,
    score,
    hostname,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
  })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(recaptchaSecret))
  return Buffer.from(jwt).toString('base64url')
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000)
