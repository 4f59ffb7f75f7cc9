import { deleteApp, getApps } from 'firebase-admin/app'
import type * as DeployedFunctions from '../../functions/src/index.ts'
import { countFor } from './behaviour/harness/seed.ts'
import { startDatabase, NAMESPACE, type TestDatabase } from './harness/database.ts'
import { keyOf, MASTER_SECRETS } from './harness/key.ts'

type Functions = typeof DeployedFunctions

let base: TestDatabase
let functions: Functions
const before = { ...process.env }

beforeAll(async () => {
  base = await startDatabase({ installs: 1, clock: { ms: Date.now() } })
  // What the Functions emulator gives a function; it refuses to start with less.
  Object.assign(process.env, {
    FUNCTIONS_EMULATOR: 'true',
    FIREBASE_DATABASE_EMULATOR_HOST: `127.0.0.1:${base.rtdb.port}`,
    GCLOUD_PROJECT: 'demo-latchkey',
    DATABASE_URL: `${base.rtdb.url}?ns=${NAMESPACE}`,
    BEHAVIOUR: 'enforce',
    MASTER_SECRETS,
  })
  functions = await import('../../functions/src/index.ts')
})
afterAll(async () => {
  // The functions never close what they have opened: their process ends.
  await Promise.all(getApps().map(deleteApp))
  await base.close()
  process.env = before
})

/** Runs a function as the scheduler does. */
async function run(scheduled: unknown): Promise<void> {
  const { default: functionsTest } = await import('firebase-functions-test')
  const tester = functionsTest({
    databaseURL: process.env['DATABASE_URL']!,
    projectId: 'demo-latchkey',
  })
  await (tester.wrap(scheduled as never) as (options: object) => Promise<void>)({})
  tester.cleanup()
}

test('the deployed sweep, called as the scheduler calls it, sweeps', async () => {
  const old = Date.now() - 3 * 60 * 60 * 1000
  base.seed('revocations', { ['a'.repeat(32)]: { keyId: 'a'.repeat(32), at: old, reason: 'test' } })
  base.seed('nonces', { [Math.floor(old / 60_000)]: { x: true } })

  await run(functions.sweep)

  expect(base.data()['revocations']).toBeUndefined()
  expect(base.data()['nonces']).toBeUndefined()
  expect(Object.keys(base.data()['installs']!)).toHaveLength(1)
})

test('the deployed assess, called as the scheduler calls it, assesses', async () => {
  const { keyId } = keyOf(0)
  countFor(base, keyId, { otp: 20, login: 20 })
  await run(functions.assess)
  expect(base.data()['installs']![keyId]!['risk']).toMatchObject({ level: 'suspended' })
})

test.each([
  ['sweep', 'SWEEP_SCHEDULE'],
  ['assess', 'ASSESS_SCHEDULE'],
] as const)('%s runs alone, often enough, and has the secrets that it needs', (name, param) => {
  const { scheduleTrigger, maxInstances, timeoutSeconds, secretEnvironmentVariables } =
    functions[name].__endpoint
  expect(scheduleTrigger).toMatchObject({ schedule: `{{ params.${param} }}` })
  expect({ maxInstances, timeoutSeconds }).toEqual({ maxInstances: 1, timeoutSeconds: 540 })
  expect(secretEnvironmentVariables).toEqual([{ key: 'MASTER_SECRETS' }])
})
