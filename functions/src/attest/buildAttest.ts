import type { JWK } from 'jose'
import type { AttestConfig, Provider } from '../attestSettings.ts'
import { makeAppCheck } from './appCheck.ts'
import { makeApproov, type ApproovKey } from './approov.ts'
import { makeAttest, type Attest } from './attest.ts'
import type { Attestor } from './attestation.ts'
import { fetchJson } from './fetchJson.ts'
import { makeKeySet, rsaKeyOf } from './keySet.ts'
import { makeRecaptcha } from './recaptcha.ts'

export interface AttestParts {
  readonly settings: AttestConfig & {
    readonly appCheckProjectNumber: string
    readonly approovJwk: string
    readonly recaptchaScoreMin: number
    /** The JSON of ATTESTATION_SECRETS. */
    readonly attestationSecrets: () => string
    /** host:port of the local issuer; in local runs only. */
    readonly attestEmulatorHost: string | undefined
  }
  /** By the Admin SDK: uses an App Check token up; false when it was before. */
  readonly consumeAppCheck: (token: string) => Promise<boolean>
}

/** @throws TypeError that names the setting which is not what its provider needs */
export function buildAttest({ settings, consumeAppCheck }: AttestParts): Attest {
  const { attestEmulatorHost: local } = settings
  // Read where it is needed: App Check alone has none.
  const secret = (name: string) => parseSecrets(settings.attestationSecrets)[name]

  /** A new provider is a file beside this one, and a row here. */
  const makers: Record<Provider, () => Attestor> = {
    'app-check': () =>
      makeAppCheck({
        keySet: makeKeySet(`${local ? `http://${local}` : APP_CHECK}/v1/jwks`),
        projectNumber: settings.appCheckProjectNumber,
        appIds: settings.appCheckAppIds,
        consume: local ? (token) => consumeLocally(local, token) : consumeAppCheck,
      }),
    approov: () => makeApproov(approovKey(settings.approovJwk, () => secret('approov'))),
    recaptcha: () =>
      makeRecaptcha({
        url: `${local ? `http://${local}` : 'https://www.google.com'}/recaptcha/api/siteverify`,
        secret: required('recaptcha', secret('recaptcha')),
        hosts: settings.recaptchaHosts,
        scoreMin: settings.recaptchaScoreMin,
      }),
  }
  return makeAttest(settings.attestProviders.map((name) => [name, makers[name]()] as const))
}

const APP_CHECK = 'https://firebaseappcheck.googleapis.com'

/** HMAC-SHA256 wants a key as long as its output (RFC 7518 section 3.2). */
const APPROOV_SECRET_BYTES_MIN = 32

type Secrets = Readonly<Partial<Record<string, unknown>>>

function parseSecrets(read: () => string): Secrets {
  try {
    return (JSON.parse(read()) ?? {}) as Secrets
  } catch {
    // Not even a part of it is to be seen in an error. Whoever needs one misses it below.
    return {}
  }
}

function required(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`ATTESTATION_SECRETS has no "${name}"`)
}

function approovKey(jwk: string, secret: () => unknown): ApproovKey {
  if (jwk !== '') {
    const publicKey = rsaKeyOf(JSON.parse(jwk) as JWK)
    if (publicKey === undefined) throw new TypeError('APPROOV_JWK is no RSA key of 2048 bits')
    return { algorithm: 'RS256', publicKey }
  }
  const bytes = Buffer.from(required('approov', secret()), 'base64')
  if (bytes.length < APPROOV_SECRET_BYTES_MIN) {
    throw new TypeError('"approov" of ATTESTATION_SECRETS is no base64 of 32 bytes')
  }
  return { algorithm: 'HS256', secret: bytes }
}

/** What the Admin SDK does, asked of the local issuer: the SDK knows only Google's own address. */
async function consumeLocally(host: string, token: string): Promise<boolean> {
  const answer = await fetchJson(`http://${host}/v1beta/projects/local:verifyAppCheckToken`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ app_check_token: token }),
  })
  return (answer as { alreadyConsumed?: boolean }).alreadyConsumed !== true
}
