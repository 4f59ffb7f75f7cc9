import {
  DEPLOYMENT,
  readConfig,
  refuseEmulatorSettings,
  SETTINGS,
} from '../../functions/src/config.ts'
import { MASTER_SECRETS } from './harness/key.ts'

const before = { ...process.env }
const GOOD = {
  DATABASE_URL: 'https://demo.firebaseio.com',
  MASTER_SECRETS,
  SMS_SECRET: 'unused',
  ATTESTATION_SECRETS: '{}',
}

/** The settings under this environment alone. */
function configOf(env: Record<string, string>) {
  for (const { name } of Object.values(SETTINGS)) delete process.env[name]
  delete process.env['FIREBASE_CONFIG']
  delete process.env['FUNCTIONS_EMULATOR']
  delete process.env['ATTEST_EMULATOR_HOST']
  Object.assign(process.env, { ...GOOD, ...env })
  return readConfig()
}
afterAll(() => {
  process.env = before
})

test('every setting has its default where nothing is set', () => {
  const { smsParams, ...config } = configOf({})
  expect(smsParams().SMS_SENDER).toBe('console')
  const { databaseUrl, databaseUrls, ...rest } = config
  expect([databaseUrl, databaseUrls]).toEqual([GOOD.DATABASE_URL, [GOOD.DATABASE_URL]])
  const { attestationSecrets, attestEmulatorHost, ...local } = rest
  expect([attestationSecrets(), attestEmulatorHost]).toEqual(['{}', undefined])
  const { attest, attestProviders, attestOnce, appCheckAppIds, recaptchaHosts, ...recognised } =
    local
  const { encryption, ...further } = recognised
  expect(encryption).toEqual(new Map())
  expect([attest, attestProviders, attestOnce, appCheckAppIds, recaptchaHosts]).toEqual([
    new Map(),
    [],
    new Set(),
    new Set(),
    new Set(),
  ])
  const { masterSecrets, defaultScopes, smsCountries, allowedOrigins, isEmulated, ...more } =
    further
  const { upstreamOrigins, trustedProxies, timeoutMs, ...others } = more
  expect({ masterSecrets, defaultScopes, smsCountries, allowedOrigins, isEmulated }).toEqual({
    masterSecrets: MASTER_SECRETS,
    defaultScopes: ['accounts'],
    smsCountries: new Set(),
    allowedOrigins: new Set(),
    isEmulated: false,
  })
  expect([upstreamOrigins, trustedProxies, timeoutMs]).toEqual([new Map(), [], 30_000])
  for (const [name, value] of Object.entries(others)) {
    expect([name, value]).toEqual([name, SETTINGS[name as keyof typeof SETTINGS].options.default])
  }
})

test('what an instance keeps by default fits into its memory, as the description adds it up', () => {
  const MB = 1_000_000
  const MIB = 1024 * 1024
  const { installCacheMax, nonceMemoryMax, gatewayCacheMib } = configOf({})
  const taken = [
    ['process takes', 70],
    ['INSTALL_CACHE_MAX', (installCacheMax * 1500) / MB],
    ['NONCE_MEMORY_MAX', (nonceMemoryMax * 100) / MB],
    ['being hashed', (2 * 19 * MIB) / MB],
    ['GATEWAY_CACHE_MIB', (gatewayCacheMib * MIB) / MB],
  ] as const
  const { default: memoryMib = 0, description = '' } = DEPLOYMENT.memory.options as {
    default?: number
    description?: string
  }
  for (const [part, megabytes] of taken) {
    expect(description).toContain(`${part} ${Math.round(megabytes)}`)
  }
  const sum = taken.reduce((before, [, megabytes]) => before + Math.round(megabytes), 0)
  const memory = Math.round((memoryMib * MIB) / MB)
  expect(description).toContain(`: ${sum} of ${memory} MB`)
  expect(sum).toBeLessThan(memory * 0.9)
})

test('a setting is taken from the variable of its name', () => {
  expect(configOf({ INSTALL_CACHE_MAX: '7' }).installCacheMax).toBe(7)
  expect(configOf({ CREDENTIAL_PICKUP: 'keep' }).credentialPickup).toBe('keep')
  expect(configOf({ DEFAULT_SCOPES: 'accounts,proxy:weather' }).defaultScopes).toEqual([
    'accounts',
    'proxy:weather',
  ])
})

test('origins are taken as browsers write them, also those of apps in a web view', () => {
  const origins = [
    'https://app.example.com',
    'https://app.example.com:8443',
    'http://localhost:5173',
    'http://[::1]:3000',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnop',
  ]
  expect(configOf({ ALLOWED_ORIGINS: origins.join(',') }).allowedOrigins).toEqual(new Set(origins))
})

describe('attestation', () => {
  const APP_CHECK = {
    ATTEST_PROVIDERS: 'app-check',
    APP_CHECK_PROJECT_NUMBER: '1234567890',
    APP_CHECK_APP_IDS: '1:1234567890:android:0a1b,1:1234567890:ios:2c3d',
  }
  test('is switched by group or path', () => {
    const ATTEST = 'open=enforce,sms=observe,/api/login=off'
    const config = configOf({ ...APP_CHECK, ATTEST, ATTEST_ONCE: 'open,/api/register' })
    expect([...config.attest]).toEqual([
      ['open', 'enforce'],
      ['sms', 'observe'],
      ['/api/login', 'off'],
    ])
    expect(config.attestOnce).toEqual(new Set(['open', '/api/register']))
    expect(config.appCheckAppIds.size).toBe(2)
  })
  test.each([
    // Nobody could ever satisfy it.
    ['ATTEST_PROVIDERS', { ATTEST: 'open=enforce' }],
    ['APP_CHECK_PROJECT_NUMBER', { ...APP_CHECK, APP_CHECK_PROJECT_NUMBER: 'my-project' }],
    ['APP_CHECK_APP_IDS', { ...APP_CHECK, APP_CHECK_APP_IDS: '' }],
    ['APP_CHECK_APP_IDS', { ...APP_CHECK, APP_CHECK_APP_IDS: 'com.example.app' }],
    ['ATTEST_ONCE', { ...APP_CHECK, ATTEST_ONCE: 'everything' }],
    ['ATTEST_ONCE', { ATTEST_PROVIDERS: 'approov', ATTEST_ONCE: 'open' }],
    ['RECAPTCHA_HOSTS', { ATTEST_PROVIDERS: 'recaptcha' }],
    ['RECAPTCHA_HOSTS', { ATTEST_PROVIDERS: 'recaptcha', RECAPTCHA_HOSTS: 'https://a.example' }],
    ['RECAPTCHA_SCORE_MIN', { RECAPTCHA_SCORE_MIN: '0' }],
  ])('that cannot work is refused by %s: %j', (name, env) => {
    expect(() => configOf(env)).toThrow(new RegExp(`^${name} must be `))
  })
})

describe('behaviour', () => {
  test('is set by its params', () => {
    const config = configOf({
      BEHAVIOUR: 'observe',
      BEHAVIOUR_RULES: 'phones_day=6-20,busy_day=off',
    })
    expect(config.behaviour).toBe('observe')
    expect(config.behaviourRules).toBe('phones_day=6-20,busy_day=off')
  })
  test('that nothing would be counted for is refused', () => {
    const env = { BEHAVIOUR: 'observe', USAGE_FLUSH_SECONDS: '0' }
    expect(() => configOf(env)).toThrow(/^USAGE_FLUSH_SECONDS must be 60 to 3600 where BEHAVIOUR/)
  })
})

test('encrypted bodies are demanded by group or path', () => {
  const ENCRYPTION = 'accounts=require,/api/login=allow'
  expect([...configOf({ ENCRYPTION }).encryption]).toEqual([
    ['accounts', 'require'],
    ['/api/login', 'allow'],
  ])
})

test('proxies are addresses, or ranges no wider than a provider’s', () => {
  expect(configOf({}).trustedProxies).toEqual([])
  const ranges = ['34.96.0.0/20', '35.0.0.0/8', '203.0.113.77', '2600:1901::/32', '::1/128']
  expect(configOf({ TRUSTED_PROXIES: ranges.join(',') }).trustedProxies).toEqual(ranges)
})

const WRONG: Record<string, readonly string[]> = {
  DATABASE_DEADLINE_MS: ['0', '49', '2401', '-1', 'soon'],
  ROTATION_GRACE_SECONDS: ['-1', '86401'],
  REGISTRATION_GRACE_SECONDS: ['-1', '86401'],
  REQUESTS_PER_MINUTE_PER_INSTALL: ['0', '1000001'],
  REGISTRATIONS_PER_MINUTE_PER_IP: ['0', '1000001'],
  OWNER_REGISTRATIONS_PER_MINUTE: ['0', '1000001'],
  STRANGER_REGISTRATIONS_PER_MINUTE: ['-1', '1000001'],
  STRANGER_REGISTRATIONS_PER_SECOND: ['0', '1000001'],
  USAGE_FLUSH_SECONDS: ['-1', '1', '59', '3601'],
  TRUSTED_PROXY_HOPS: ['-1', '11'],
  TRUSTED_PROXIES: [
    'loopback',
    '34.96.0.0/20,',
    '34.96.0.0/20, 35.0.0.0/8',
    '34.96.0.0/33',
    '34.96.0.0/7',
    '0.0.0.0/0',
    '34.96.0.0/020',
    '34.96.0/20',
    '34.96.0.0/20/20',
    '2600:1901::/15',
    '2600:1901::/129',
    'cdn.example.com',
  ],
  INSTALL_CACHE_MAX: ['0', '10000001'],
  // Above 60 s, a revoked key could outlive what the threats promise.
  INSTALL_CACHE_TTL_SECONDS: ['0', '61'],
  NONCE_MEMORY_MAX: ['0', '100000001'],
  GATEWAY_CACHE_MIB: ['0', '1025'],
  ENCRYPTION: [
    'accounts',
    'accounts=on',
    'open=require',
    'proxy=require',
    'accounts=require,accounts=allow',
    'accounts=require=allow',
    'accounts=require,',
    'login=require',
    '/login=require',
  ],
  SERVER_KEY_QUEUE: ['-1', '65'],
  SWEEP_BATCH: ['0', '1001'],
  CREDENTIAL_PICKUP: ['', 'Remove', 'drop'],
  ISSUANCE: ['', 'Direct', 'none'],
  BEHAVIOUR: ['', 'on', 'Enforce'],
  BEHAVIOUR_RULES: [
    'phones_day',
    'phones_day=6',
    'phones_day=off,',
    'phones_day=6-20, busy_day=off',
    // Or behaviour would be off, and nobody would know.
    'phones_daily=6-20',
    'phones_day=20-6',
    'phones_day=6-6',
    'phones_day=6-20,phones_day=off',
  ],
  // Strangers can cause up to 15.
  BEHAVIOUR_STEP_UP_SCORE: ['19', '101'],
  BEHAVIOUR_SUSPEND_SCORE: ['19', '101'],
  BEHAVIOUR_WEIGHTS_PERCENT: ['0', '301'],
  BEHAVIOUR_STEP_UP_MINUTES: ['0', '43201'],
  BEHAVIOUR_PATIENCE_MINUTES: ['-1', '43201'],
  BEHAVIOUR_SUSPEND_MINUTES: ['0', '43201'],
  BEHAVIOUR_SUSPEND_MINUTES_MAX: ['0', '43201'],
  BEHAVIOUR_EXEMPT_DAYS: ['0', '31'],
  DATABASE_URLS: [
    // The first must be DATABASE_URL, where the first keys are.
    'https://other.firebaseio.com',
    `https://other.firebaseio.com,${GOOD.DATABASE_URL}`,
    `${GOOD.DATABASE_URL},${GOOD.DATABASE_URL}/`,
    `${GOOD.DATABASE_URL},`,
    `${GOOD.DATABASE_URL}, https://other.firebaseio.com`,
    `${GOOD.DATABASE_URL},other.firebaseio.com`,
    `${GOOD.DATABASE_URL},https://other.firebaseio.com/a/path`,
    [GOOD.DATABASE_URL, ...Array.from({ length: 256 }, (_, n) => `https://n${n}.com`)].join(','),
  ],
  ATTEST: ['open', 'open=', 'open=on', 'all=enforce', 'open=off,open=off', 'open=off,', '/x=off'],
  ATTEST_PROVIDERS: ['app_check', 'App-Check', 'approov,', 'approov, recaptcha'],
  ALLOWED_ORIGINS: [
    '*',
    'null',
    'file://',
    'https://',
    'app.example.com',
    'https://app.example.com/',
    'https://app.example.com:443',
    'https://App.example.com',
    'https://*.example.com',
    'https://a.example, https://b.example',
    'https://a.example,',
    'https://user@a.example',
    'https://a.example:99999',
    // Anybody on the way could be this page.
    'http://app.example.com',
    'http://localhost.example.com',
  ],
  DEFAULT_SCOPES: ['', ',', 'a,', 'a b', 'Accounts', 'a/b', '["accounts"]'],
}
describe('a value out of its range is refused by the name of its variable', () => {
  test.each(Object.entries(WRONG))('%s', (name, values) => {
    for (const value of values) {
      expect(() => configOf({ [name]: value })).toThrow(TypeError)
      expect(() => configOf({ [name]: value })).toThrow(new RegExp(`^${name} must be `))
    }
  })
  test('the ends of a range belong to it', () => {
    const ends = { DATABASE_DEADLINE_MS: '50', TRUSTED_PROXY_HOPS: '0', SWEEP_BATCH: '1000' }
    expect(configOf(ends)).toMatchObject({
      databaseDeadlineMs: 50,
      trustedProxyHops: 0,
      sweepBatch: 1000,
    })
  })
})

describe('the database', () => {
  test('is the project’s default one unless another is set', () => {
    const FIREBASE_CONFIG = '{"databaseURL":"https://project.firebaseio.com"}'
    expect(configOf({ DATABASE_URL: '', FIREBASE_CONFIG }).databaseUrl).toBe(
      'https://project.firebaseio.com',
    )
    expect(configOf({ FIREBASE_CONFIG }).databaseUrl).toBe(GOOD.DATABASE_URL)
  })
  test('a project without one must name one', () => {
    expect(() => configOf({ DATABASE_URL: '' })).toThrow(/^DATABASE_URL is empty/)
    expect(() => configOf({ DATABASE_URL: '', FIREBASE_CONFIG: '{}' })).toThrow(/^DATABASE_URL/)
  })
})

test('several databases are a list, whose first is the one that there always was', () => {
  const urls = [GOOD.DATABASE_URL, 'https://b.europe-west1.firebasedatabase.app']
  for (const first of [GOOD.DATABASE_URL, '']) {
    const config = configOf({ DATABASE_URL: first, DATABASE_URLS: urls.join(',') })
    expect([config.databaseUrl, config.databaseUrls]).toEqual([urls[0], urls])
  }
})

describe('where upstreams are', () => {
  const UPSTREAM_ORIGINS = 'weather=http://127.0.0.1:81,payments=http://127.0.0.1:82'
  const local = { FUNCTIONS_EMULATOR: 'true', UPSTREAM_ORIGINS }
  test('in a local run: where it says', () => {
    expect([...configOf(local).upstreamOrigins]).toEqual([
      ['weather', 'http://127.0.0.1:81'],
      ['payments', 'http://127.0.0.1:82'],
    ])
  })
  test.each([
    ['it is not one', { UPSTREAM_ORIGINS }],
    ['it is deployed', { ...local, K_CONFIGURATION: 'api' }],
    ['it is malformed', { ...local, UPSTREAM_ORIGINS: 'weather' }],
    ['it has two equals signs', { ...local, UPSTREAM_ORIGINS: 'weather=http://a=b' }],
  ])('but not when %s', (_name, env) => {
    expect(() => configOf(env)).toThrow(/^UPSTREAM_ORIGINS must be /)
    delete process.env['K_CONFIGURATION']
  })
})

describe('emulator settings (threat T25; the whole start is tried in boot.test.ts)', () => {
  const CASES: [env: Record<string, string>, isRefused: boolean][] = [
    [{}, false],
    [{ FIREBASE_AUTH_EMULATOR_HOST: '' }, false],
    [{ FIREBASE_AUTH_EMULATOR_HOST: 'x:1' }, true],
    [{ SOME_FUTURE_EMULATOR_HOST: 'x:1' }, true],
    // Whose issuer it is, is a genuine app.
    [{ ATTEST_EMULATOR_HOST: 'x:1' }, true],
    [{ FUNCTIONS_EMULATOR: 'true', FIREBASE_AUTH_EMULATOR_HOST: 'x:1' }, false],
    [{ FUNCTIONS_EMULATOR: 'false', FIREBASE_AUTH_EMULATOR_HOST: 'x:1' }, true],
    [{ K_CONFIGURATION: 'api' }, false],
    [{ K_CONFIGURATION: 'api', FUNCTIONS_EMULATOR: 'true' }, true],
    [{ K_CONFIGURATION: '', FUNCTIONS_EMULATOR: 'true', STORAGE_EMULATOR_HOST: 'x:1' }, true],
  ]
  test.each(CASES)('%j', (env, isRefused) => {
    const check = () => refuseEmulatorSettings(env)
    if (isRefused) expect(check).toThrow(/_EMULATOR(_HOST)? is set outside the Firebase emulators/)
    else expect(check).not.toThrow()
  })
})
