import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { UPSTREAMS } from '../../functions/src/gateway/upstreams.ts'

/** The secrets of a local run: name to a fresh value. A missing one would be looked for at Google. */
const SECRETS: Readonly<Record<string, () => string>> = {
  MASTER_SECRETS: () => JSON.stringify({ 1: randomBytes(32).toString('base64url') }),
  // The SMS provider's, for which texts on the console have no use.
  SMS_SECRET: () => 'unused',
  // Of the two example upstreams, whose fakes accept these.
  WEATHER_API_KEY: () => randomBytes(18).toString('base64url'),
  PAYMENTS_API_TOKEN: () => randomBytes(18).toString('base64url'),
  // What the local issuer of attestation tokens signs with (scripts/attest).
  ATTESTATION_SECRETS: () =>
    JSON.stringify({
      approov: randomBytes(32).toString('base64'),
      recaptcha: randomBytes(24).toString('base64url'),
    }),
  // Made up, and good for a fake: to reach the third party itself, its own is put in the place.
  ...Object.fromEntries(
    UPSTREAMS.flatMap(({ secret }) =>
      secret === undefined
        ? []
        : [[secret.param.name, () => randomBytes(18).toString('base64url')]],
    ),
  ),
}

/** A dotenv file with all secrets, made anew. */
export const randomSecrets = (): string => linesOf(Object.keys(SECRETS))

/**
 * Writes those that are missing where the Functions emulator looks for secrets, and leaves the others.
 * True: some were made now.
 */
export function ensureSecrets(file: string): boolean {
  const present = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const missing = Object.keys(SECRETS).filter((name) => !present.includes(`${name}=`))
  if (missing.length === 0) return false
  const ended = present === '' || present.endsWith('\n') ? present : `${present}\n`
  writeFileSync(file, ended + linesOf(missing), { mode: 0o600 })
  return true
}

/** The value of one of them in a dotenv file. */
export const secretIn = (dotenv: string, name: string): string =>
  dotenv
    .split('\n')
    .find((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? ''

const linesOf = (names: readonly string[]): string =>
  names.map((name) => `${name}=${SECRETS[name]!()}\n`).join('')
