import { loopbackEnv } from '../../../scripts/local/loopbackEnv.ts'

test('proxies and Google credentials do not reach local processes, everything else does', () => {
  const env = {
    HTTP_PROXY: 'http://proxy',
    https_proxy: 'http://proxy',
    ALL_PROXY: 'http://proxy',
    no_proxy: 'x',
    GOOGLE_APPLICATION_CREDENTIALS: '/key.json',
    FIREBASE_TOKEN: 't',
    PATH: '/bin',
    MY_HTTP_PROXY: 'kept',
  }
  expect(loopbackEnv(env)).toEqual({ PATH: '/bin', MY_HTTP_PROXY: 'kept' })
})
