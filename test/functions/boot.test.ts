import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bundle, bundleIn } from '../../scripts/local/bundle.ts'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { MASTER_SECRETS } from './harness/key.ts'

// Threat T25, on the file that is deployed. With one of these variables the Admin SDK believes unsigned
// tokens, or writes to a server that anybody may own.

// Each case is a process of its own.
jest.setTimeout(60_000)

/** Below the checkout, so that it finds Firebase's packages. */
let folder: string
let bundled: string

beforeAll(async () => {
  mkdirSync(inCheckout('.local'), { recursive: true })
  folder = mkdtempSync(inCheckout('.local', 'boot-'))
  bundled = join(folder, 'lib', basename(bundleIn()))
  await bundle(bundled)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Loads the bundle as an instance does when it starts. */
function boot(env: Record<string, string>) {
  const { status, stderr } = spawnSync(process.execPath, [bundled], {
    env: { PATH: process.env['PATH'] ?? '', GCLOUD_PROJECT: 'demo-latchkey', ...env },
    encoding: 'utf8',
  })
  return { status, stderr }
}

/** As Cloud Run sets it, with what each of our functions is given. */
const DEPLOYED = {
  K_CONFIGURATION: 'api',
  K_SERVICE: 'api',
  K_REVISION: 'api-00001',
  FIREBASE_CONFIG: JSON.stringify({ databaseURL: 'https://x-default-rtdb.firebaseio.com' }),
  MASTER_SECRETS,
}

test('without emulator settings it starts, deployed or not', () => {
  expect(boot({})).toMatchObject({ status: 0 })
  expect(boot(DEPLOYED)).toMatchObject({ status: 0 })
})

test('in the Functions emulator it starts with them', () => {
  const env = { FUNCTIONS_EMULATOR: 'true', FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099' }
  expect(boot(env)).toMatchObject({ status: 0 })
})

const VARIABLES = [
  'FIREBASE_AUTH_EMULATOR_HOST',
  'FIREBASE_DATABASE_EMULATOR_HOST',
  'FIRESTORE_EMULATOR_HOST',
  'FIREBASE_STORAGE_EMULATOR_HOST',
  'STORAGE_EMULATOR_HOST',
  'PUBSUB_EMULATOR_HOST',
  'CLOUD_TASKS_EMULATOR_HOST',
  'FIREBASE_DATACONNECT_EMULATOR_HOST',
]
test.each(VARIABLES)('with %s it does not, and says which to unset', (name) => {
  for (const where of [{}, DEPLOYED]) {
    const { status, stderr } = boot({ ...where, [name]: '127.0.0.1:9099' })
    expect(status).toBeGreaterThan(0)
    expect(stderr).toContain(`${name} is set outside the Firebase emulators: unset it.`)
  }
})

test('that a deployed instance calls itself an emulator excuses nothing', () => {
  const emulator = { FUNCTIONS_EMULATOR: 'true' }
  const { status, stderr } = boot({ ...DEPLOYED, ...emulator })
  expect(status).toBeGreaterThan(0)
  expect(stderr).toContain('FUNCTIONS_EMULATOR is set outside the Firebase emulators')
  const both = { ...DEPLOYED, ...emulator, FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099' }
  expect(boot(both).status).toBeGreaterThan(0)
})

// At the first request it would answer nothing else, and the revision before it would be gone.
test.each([
  ['a param out of its range', { SMS_COOLDOWN_SECONDS: '-1' }, 'SMS_COOLDOWN_SECONDS must be'],
  ['a choice that there is not', { ISSUANCE: 'simple' }, 'ISSUANCE must be'],
  [
    'a list that cannot be read',
    { RETIRED_MASTER_VERSIONS: 'one' },
    'RETIRED_MASTER_VERSIONS must',
  ],
  ['a secret of the wrong form', { MASTER_SECRETS: '{"1":"far-too-short"}' }, 'MASTER_SECRETS'],
])('deployed with %s it does not start, and names it', (_title, wrong, message) => {
  const { status, stderr } = boot({ ...DEPLOYED, ...wrong })
  expect(status).toBeGreaterThan(0)
  expect(stderr).toContain(message)
  expect(stderr).not.toContain('far-too-short')
  // Where the manifest is made, nothing has a value.
  expect(boot({ FUNCTIONS_CONTROL_API: 'true' })).toMatchObject({ status: 0 })
})

describe('one key for all apps (ISSUANCE=static)', () => {
  const shared = { ISSUANCE: 'static' }
  test.each([{}, DEPLOYED, { ...DEPLOYED, FUNCTIONS_EMULATOR: '' }])(
    'is refused under %j',
    (env) => {
      const { status, stderr } = boot({ ...env, ...shared })
      expect(status).toBeGreaterThan(0)
      expect(stderr).toContain('Set ALLOW_STATIC_KEY=true if that is meant')
      expect(boot({ ...env, ...shared, ALLOW_STATIC_KEY: 'yes' }).status).toBeGreaterThan(0)
    },
  )

  test('starts where it was asked for twice, and in the emulators', () => {
    expect(boot({ ...DEPLOYED, ...shared, ALLOW_STATIC_KEY: 'true' })).toMatchObject({ status: 0 })
    expect(boot({ ...shared, FUNCTIONS_EMULATOR: 'true' })).toMatchObject({ status: 0 })
  })
})
