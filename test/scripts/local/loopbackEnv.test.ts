import { loopbackEnv } from '../../../scripts/local/loopbackEnv.ts'

test.each([
  ['a proxy', ['HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'no_proxy']],
  ['Google credentials', ['GOOGLE_APPLICATION_CREDENTIALS', 'FIREBASE_TOKEN']],
  ['another project', ['GOOGLE_CLOUD_PROJECT', 'GCLOUD_PROJECT', 'GCP_PROJECT']],
  ['who pays for calls', ['GOOGLE_CLOUD_QUOTA_PROJECT']],
  ['another configuration', ['FIREBASE_CONFIG', 'CLOUD_RUNTIME_CONFIG', '__FIREBASE_DEFAULTS__']],
  ['another emulator', ['FIREBASE_DATABASE_EMULATOR_HOST', 'FIREBASE_AUTH_EMULATOR_HOST']],
])('local processes do not see %s that the shell names', (_, names) => {
  expect(loopbackEnv(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual({})
})

test('everything else reaches them', () => {
  const env = {
    PATH: '/bin',
    MY_HTTP_PROXY: 'kept',
    MY_GOOGLE_CLOUD_PROJECT: 'kept',
    FIREBASE_EMULATORS_PATH: '/jars',
  }
  expect(loopbackEnv(env)).toEqual(env)
})
