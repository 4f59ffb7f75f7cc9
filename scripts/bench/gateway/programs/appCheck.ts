/**
 * Verification of an App Check token with a warm key set, in process: ours, and jose's own beside it.
 * Sends the microseconds of CPU for one token, round by round.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, exportJWK, jwtVerify } from 'jose'
import { makeAppCheck } from '../../../../functions/src/attest/appCheck.ts'
import { rsaKeyOf } from '../../../../functions/src/attest/keySet.ts'
import {
  LOCAL_APP_ID,
  LOCAL_KEY_ID,
  LOCAL_PROJECT_NUMBER,
  mintAppCheck,
} from '../../../attest/mint.ts'

/** Micros by row, one for each round. */
export interface AppCheckMicros {
  readonly ours: readonly number[]
  readonly jose: readonly number[]
}

const ROUNDS = 15
const TOKENS = 1000

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const appCheckPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const jwk = { ...(await exportJWK(createPublicKey(privateKey))), kid: LOCAL_KEY_ID, alg: 'RS256' }
const keys = { appCheckPem, approovSecret: '', recaptchaSecret: '' }
const tokens: string[] = []
for (let n = 0; n < TOKENS; n += 1) tokens.push(await mintAppCheck(keys))

const key = rsaKeyOf(jwk)
const appCheck = makeAppCheck({
  keySet: { find: () => key },
  projectNumber: LOCAL_PROJECT_NUMBER,
  appIds: new Set([LOCAL_APP_ID]),
  consume: () => Promise.reject(new Error('not asked')),
})
const request = { headers: {}, apiKey: undefined, action: 'bench', once: false }
const keySet = createLocalJWKSet({ keys: [jwk] })
const options = {
  algorithms: ['RS256'],
  issuer: `https://firebaseappcheck.googleapis.com/${LOCAL_PROJECT_NUMBER}`,
  audience: `projects/${LOCAL_PROJECT_NUMBER}`,
  typ: 'JWT',
}

const verifyOurs = async (): Promise<void> => {
  for (const token of tokens) {
    if ('refused' in (await appCheck.attest(token, request, Date.now()))) throw new Error('refused')
  }
}
const verifyJose = async (): Promise<void> => {
  for (const token of tokens) await jwtVerify(token, keySet, options)
}

async function micros(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / TOKENS
}

await verifyOurs()
await verifyJose()
const ours: number[] = []
const jose: number[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  ours.push(await micros(verifyOurs))
  jose.push(await micros(verifyJose))
}
process.send!({ ours, jose } satisfies AppCheckMicros)
