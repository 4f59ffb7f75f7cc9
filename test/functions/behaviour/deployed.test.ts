import { deleteApp, getApps } from 'firebase-admin/app'
import type * as DeployedFunctions from '../../../functions/src/index.ts'
import { startDatabase, NAMESPACE, type TestDatabase } from '../harness/database.ts'
import { keyOf, MASTER_SECRETS } from '../harness/key.ts'
import { countFor } from './harness/seed.ts'

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
  functions = await import('../../../functions/src/index.ts')
})
afterAll(async () => {
  // The functions never close what they have opened: their process ends.
  await Promise.all(getApps().map(deleteApp))
  await base.close()
  process.env = before
})

test('the deployed assess, called as the scheduler calls it, assesses', async () => {
  const { default: functionsTest } = await import('firebase-functions-test')
  const tester = functionsTest({
    databaseURL: process.env['DATABASE_URL']!,
    projectId: 'demo-latchkey',
  })
  const { keyId } = keyOf(0)
  countFor(base, keyId, { otp: 20, login: 20 })
  const wrapped = tester.wrap(functions.assess as never) as (options: object) => Promise<void>
  await wrapped({})
  expect(base.data()['installs']![keyId]!['risk']).toMatchObject({ level: 'suspended' })
  tester.cleanup()
})

test('it runs alone, and has the secrets that it needs', () => {
  const { scheduleTrigger, maxInstances, timeoutSeconds, secretEnvironmentVariables } =
    functions.assess.__endpoint
  expect(scheduleTrigger).toMatchObject({ schedule: '{{ params.ASSESS_SCHEDULE }}' })
  expect({ maxInstances, timeoutSeconds }).toEqual({ maxInstances: 1, timeoutSeconds: 540 })
  expect(secretEnvironmentVariables).toEqual([{ key: 'MASTER_SECRETS' }])
})
