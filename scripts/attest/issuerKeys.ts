import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { inCheckout } from '../local/checkout.ts'
import { secretIn } from '../local/secrets.ts'

/** What local attestation tokens are made with. Whoever has them is a genuine app, at this machine alone. */
export interface IssuerKeys {
  /** PKCS #8; the public half is what the local key set publishes. */
  readonly appCheckPem: string
  /** base64, as Approov gives it. */
  readonly approovSecret: string
  readonly recaptchaSecret: string
}

const FILE = inCheckout('.local/attest-key.pem')

/** The keys of this checkout: the RSA key is made by the first who asks. @param dotenv with ATTESTATION_SECRETS */
export function ensureIssuerKeys(dotenv: string, file = FILE): IssuerKeys {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, newAppCheckPem(), { mode: 0o600 })
  }
  return issuerKeys(dotenv, readFileSync(file, 'utf8'))
}

/** Keys of a run of its own. */
export function issuerKeys(dotenv: string, appCheckPem = newAppCheckPem()): IssuerKeys {
  const { approov, recaptcha } = JSON.parse(secretIn(dotenv, 'ATTESTATION_SECRETS')) as {
    approov: string
    recaptcha: string
  }
  return { appCheckPem, approovSecret: approov, recaptchaSecret: recaptcha }
}

const newAppCheckPem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
