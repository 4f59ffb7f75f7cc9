import { defineBoolean, defineInt, defineSecret, defineString } from 'firebase-functions/params'
import {
  ACCOUNT_RANGES,
  ACCOUNT_SETTINGS,
  COUNTRIES,
  SMS_SECRET,
  type SmsParams,
} from './accountSettings.ts'
import {
  ATTEST_RANGES,
  ATTEST_SETTINGS,
  ATTESTATION_SECRETS,
  readAttestConfig,
  type AttestConfig,
} from './attestSettings.ts'
import {
  BEHAVIOUR_MODES,
  BEHAVIOUR_RANGES,
  BEHAVIOUR_SETTINGS,
  RULE_BOUNDS_FORM,
  parseRuleBounds,
  type BehaviourMode,
} from './behaviourSettings.ts'
import {
  ENCRYPTION_RANGES,
  ENCRYPTION_SETTINGS,
  readEncryptionConfig,
  type EncryptionConfig,
} from './encryptionSettings.ts'
import { ISSUANCES, type Issuance } from './issuance.ts'
import { isProxyRange } from './proxyRange.ts'
import { SHARDS_MAX } from './shards.ts'

/** `{"1":"<base64url of 32 bytes>"}`: version to master secret. All verify, the newest issues. */
export const MASTER_SECRETS = defineSecret('MASTER_SECRETS')

/** Read when the functions are deployed; they become options of the functions themselves. */
export const DEPLOYMENT = {
  region: defineString('REGION', {
    default: 'us-central1',
    description: 'Where the functions run. Take the region of the Realtime Database.',
  }),
  memory: defineInt('MEMORY_MIB', {
    default: 256,
    description:
      'Memory of one instance in MiB. By default its process takes 70 MB, INSTALL_CACHE_MAX 60, NONCE_MEMORY_MAX 50, two passwords being hashed 40, GATEWAY_CACHE_MIB 17: 237 of 268 MB. Who raises one of them raises this.',
  }),
  concurrency: defineInt('CONCURRENCY', {
    default: 80,
    description: 'Requests that one instance works on at the same time.',
  }),
  minInstances: defineInt('MIN_INSTANCES', {
    default: 0,
    description: 'Instances kept warm. They cost money while idle, and save the cold start.',
  }),
  maxInstances: defineInt('MAX_INSTANCES', {
    default: 20,
    description: 'The most instances at once: the bound on what a flood of requests can cost.',
  }),
  timeoutSeconds: defineInt('TIMEOUT_SECONDS', {
    default: 30,
    description:
      'When the platform cuts a request, in s: the longest that an answer of the gateway may stream. All else has ended after 10. Hosting cuts after 60.',
  }),
  sweepSchedule: defineString('SWEEP_SCHEDULE', {
    default: '*/10 * * * *',
    description: 'When the sweep runs, in unix-cron form, UTC.',
  }),
  assessSchedule: defineString('ASSESS_SCHEDULE', {
    default: '*/5 * * * *',
    description:
      'When the behaviour of installs is assessed, in unix-cron form, UTC. Where BEHAVIOUR is off that costs nothing but the call.',
  }),
} as const

/** Read once, when the first request comes: params have no value while the code is loaded. */
export const SETTINGS = {
  databaseUrl: defineString('DATABASE_URL', {
    default: '',
    description: 'The Realtime Database. Empty: the default instance of the project.',
  }),
  databaseUrls: defineString('DATABASE_URLS', {
    default: '',
    description:
      'Several databases that share the load, comma-separated; the first also holds what is not by install. The list may only grow, at its end. Empty: DATABASE_URL alone.',
  }),
  databaseDeadlineMs: defineInt('DATABASE_DEADLINE_MS', {
    default: 2000,
    description:
      'How long one database or Auth operation may take, in ms; then 503. At most four follow each other, so no request waits 10 s.',
  }),
  // A text, not defineList: the emulators write a list's default in a form that its reader refuses.
  defaultScopes: defineString('DEFAULT_SCOPES', {
    default: 'accounts',
    description: 'Scopes of a new key, comma-separated.',
  }),
  credentialPickup: defineString('CREDENTIAL_PICKUP', {
    default: 'remove',
    description:
      'remove: the dropped credential goes with its first use, or after 24 hours. keep: it stays readable for its UID.',
  }),
  rotationGraceSeconds: defineInt('ROTATION_GRACE_SECONDS', {
    default: 300,
    description:
      'How long the old key works after a rotation, 0 to 86400 s. Five minutes cover a lost answer and its retry.',
  }),
  registrationGraceSeconds: defineInt('REGISTRATION_GRACE_SECONDS', {
    default: 0,
    description:
      'How long the earlier key works after its install registers anew, 0 to 86400 s. Usually the app has lost it.',
  }),
  retiredMasterVersions: defineString('RETIRED_MASTER_VERSIONS', {
    default: '',
    description:
      'Master versions whose keys are refused, so that apps register anew: 1@2026-12-01T00:00:00Z,2 (2: at once). Never the newest.',
  }),
  requestsPerMinutePerInstall: defineInt('REQUESTS_PER_MINUTE_PER_INSTALL', {
    default: 120,
    description: 'Signed requests per install and minute, counted by each instance on its own.',
  }),
  registrationsPerMinutePerIp: defineInt('REGISTRATIONS_PER_MINUTE_PER_IP', {
    default: 60,
    description:
      'Calls of the open endpoint per client address (IPv6: per /56) and minute, by each instance. Many phones share one address at a mobile operator.',
  }),
  ownerRegistrationsPerMinute: defineInt('OWNER_REGISTRATIONS_PER_MINUTE', {
    default: 3000,
    description:
      'Registrations a minute, all instances together, by callers with an ID token of their UID, as the SDK sends it: the rush of a whole hour in one minute.',
  }),
  strangerRegistrationsPerMinute: defineInt('STRANGER_REGISTRATIONS_PER_MINUTE', {
    default: 300,
    description:
      'The same for callers without an ID token: what a flood of them can write. It takes nothing from the owners.',
  }),
  strangerRegistrationsPerSecond: defineInt('STRANGER_REGISTRATIONS_PER_SECOND', {
    default: 5,
    description:
      'How many of those an instance lets through in a second, so that a flood of them does not slow down whoever has a key.',
  }),
  issuance: defineString('ISSUANCE', {
    default: 'challenge',
    description:
      'How a key comes to its app. challenge: against a one-time password. direct: at once, unproven. static: one key for all, for teaching.',
  }),
  allowStaticKey: defineBoolean('ALLOW_STATIC_KEY', {
    default: false,
    description: 'Lets ISSUANCE=static start outside the emulators, where it otherwise does not.',
  }),
  checkUidExists: defineBoolean('CHECK_UID_EXISTS', {
    default: true,
    description:
      'Whether Firebase Auth is asked for the UID that a caller without an ID token names; nothing is written for one that nobody has.',
  }),
  trustedProxyHops: defineInt('TRUSTED_PROXY_HOPS', {
    default: 1,
    description:
      'Proxies in front that append to X-Forwarded-For; the client is the right-most hop before them. 1 for the function’s own address; Firebase Hosting puts a CDN before that, and one number cannot serve both.',
  }),
  trustedProxies: defineString('TRUSTED_PROXIES', {
    default: '',
    description:
      'Addresses or CIDR ranges of proxies that may stand before those, comma-separated: those of the CDN, where apps come by Firebase Hosting as well.',
  }),
  installCacheMax: defineInt('INSTALL_CACHE_MAX', {
    default: 40_000,
    description:
      'Install records that one instance keeps in memory (about 1.5 kB each, with secret and rate); the others it reads anew.',
  }),
  installCacheTtlSeconds: defineInt('INSTALL_CACHE_TTL_SECONDS', {
    default: 60,
    description: 'How long a cached record is believed while the revocation feed is down.',
  }),
  nonceMemoryMax: defineInt('NONCE_MEMORY_MAX', {
    default: 500_000,
    description:
      'Nonces that one instance remembers (about 100 bytes each). When full, signed requests get 503 rather than go unchecked.',
  }),
  sweepBatch: defineInt('SWEEP_BATCH', {
    default: 500,
    description: 'Rows that the sweep reads and removes at a time.',
  }),
  dormantDays: defineInt('DORMANT_DAYS', {
    default: 90,
    description: 'Days without use after which a key is dormant. It works again if it is used.',
  }),
  unusedDays: defineInt('UNUSED_DAYS', {
    default: 7,
    description: 'Days after which a key that was never used is dormant.',
  }),
  dormantGraceDays: defineInt('DORMANT_GRACE_DAYS', {
    default: 14,
    description:
      'Days that a dormant key can still be used; then it is removed, and its app registers anew.',
  }),
  retentionDays: defineInt('RETENTION_DAYS', {
    default: 30,
    description:
      'Days that the record of a superseded or revoked key is kept: its app learns why, and operators can ask.',
  }),
  usageFlushSeconds: defineInt('USAGE_FLUSH_SECONDS', {
    default: 60,
    description:
      'Seconds between two writes of usage counts by one instance, 60 to 3600: what a crash can lose. 0: usage is not counted.',
  }),
  deleteUsageDays: defineInt('DELETE_USAGE_DAYS', {
    default: 35,
    description: 'Days that the usage of keys is kept.',
  }),
  deleteAnonymousUsers: defineBoolean('DELETE_ANONYMOUS_USERS', {
    default: false,
    description:
      'Whether the sweep deletes the anonymous Auth user of a removed key when no other key is left of it.',
  }),
  allowedOrigins: defineString('ALLOWED_ORIGINS', {
    default: '',
    description:
      'Web origins besides our own whose pages may call, comma-separated and exact: https://app.example.com. Empty: none.',
  }),
  requireRequestedWith: defineBoolean('REQUIRE_REQUESTED_WITH', {
    default: false,
    description:
      'Whether browsers must send X-Requested-With (any value) with methods that change something.',
  }),
  gatewayCacheMib: defineInt('GATEWAY_CACHE_MIB', {
    default: 16,
    description:
      'Memory of one instance for answers of upstreams that may be kept, in MiB. None are, unless an upstream’s declaration says so.',
  }),
  upstreamOrigins: defineString('UPSTREAM_ORIGINS', {
    default: '',
    description:
      'Local runs only: where upstreams of the gateway are instead of at their origins: name=origin, comma-separated.',
  }),
  errorsUrl: defineString('ERRORS_URL', {
    // Without its `#`: firebase-tools writes a default into .env unquoted, where that begins a comment.
    default: '/errors.html',
    description:
      'The page that `type` of a problem points at; `#` and the error code are appended.',
  }),
  ...ATTEST_SETTINGS,
  ...BEHAVIOUR_SETTINGS,
  ...ENCRYPTION_SETTINGS,
  ...ACCOUNT_SETTINGS,
} as const

type Value<P> = P extends { value(): infer V } ? V : never

/** Texts that are parsed here, once. */
type Parsed =
  | 'databaseUrls'
  | 'issuance'
  | 'credentialPickup'
  | 'defaultScopes'
  | 'smsCountries'
  | 'allowedOrigins'
  | 'trustedProxies'
  | 'upstreamOrigins'
  | 'behaviour'
  | keyof AttestConfig
  | keyof EncryptionConfig

/** The settings of a running instance; names, units and reasons stand in the table above. */
export type Config = {
  readonly [Name in Exclude<keyof typeof SETTINGS, Parsed>]: Value<(typeof SETTINGS)[Name]>
} & AttestConfig &
  EncryptionConfig & {
    readonly credentialPickup: 'remove' | 'keep'
    readonly issuance: Issuance
    readonly behaviour: BehaviourMode
    /** At least one. The first is `databaseUrl`. */
    readonly databaseUrls: readonly string[]
    readonly defaultScopes: readonly string[]
    readonly smsCountries: ReadonlySet<string>
    readonly allowedOrigins: ReadonlySet<string>
    readonly trustedProxies: readonly string[]
    /** By the upstream's name. */
    readonly upstreamOrigins: ReadonlyMap<string, string>
    /** When the platform cuts a request. */
    readonly timeoutMs: number
    /** As they are configured. A function of its own: only where texts are sent is SMS_SECRET to be had. */
    readonly smsParams: () => SmsParams
    readonly masterSecrets: string
    /** A function, as above: the sweep has no part in it. */
    readonly attestationSecrets: () => string
    /** host:port of `npm start`'s issuer of attestation tokens. Outside of the emulators it is refused. */
    readonly attestEmulatorHost: string | undefined
    /** Whether this is a local run, where texts may be written to a file. */
    readonly isEmulated: boolean
  }

/** What each number may be. */
const RANGES = {
  databaseDeadlineMs: [50, 2400],
  rotationGraceSeconds: [0, 86_400],
  registrationGraceSeconds: [0, 86_400],
  requestsPerMinutePerInstall: [1, 1_000_000],
  registrationsPerMinutePerIp: [1, 1_000_000],
  ownerRegistrationsPerMinute: [1, 1_000_000],
  strangerRegistrationsPerMinute: [0, 1_000_000],
  strangerRegistrationsPerSecond: [1, 1_000_000],
  trustedProxyHops: [0, 10],
  installCacheMax: [1, 10_000_000],
  installCacheTtlSeconds: [1, 60],
  nonceMemoryMax: [1, 100_000_000],
  gatewayCacheMib: [1, 1024],
  sweepBatch: [1, 1000],
  dormantDays: [2, 3650],
  unusedDays: [1, 3650],
  dormantGraceDays: [1, 365],
  retentionDays: [1, 3650],
  usageFlushSeconds: [0, 3600],
  deleteUsageDays: [1, 3650],
  ...ATTEST_RANGES,
  ...BEHAVIOUR_RANGES,
  ...ENCRYPTION_RANGES,
  ...ACCOUNT_RANGES,
} as const satisfies Partial<Record<keyof typeof SETTINGS, readonly [least: number, most: number]>>

/** As the database's rules and the routes write them. */
const SCOPES = /^[a-z0-9_:-]{1,64}(?:,[a-z0-9_:-]{1,64}){0,31}$/

/**
 * Reads every param and the master secrets. Only inside a handler: before, they have no value.
 * @throws TypeError naming the param that is wrong, never its value
 */
export function readConfig(): Config {
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, param]) => [name, valueOf(param)]),
  ) as { [Name in keyof typeof SETTINGS]: Value<(typeof SETTINGS)[Name]> }

  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = values[name as keyof typeof RANGES]
    if (!Number.isInteger(value) || value < least || value > most) {
      throw wrong(name as keyof typeof RANGES, `a whole number from ${least} to ${most}`)
    }
  }
  const { credentialPickup, defaultScopes, databaseUrl, smsCountries } = values
  if (credentialPickup !== 'remove' && credentialPickup !== 'keep') {
    throw wrong('credentialPickup', 'remove or keep')
  }
  // Less would be a write a second for each instance; tests of a local run wait for one.
  const flushSecondsMin = isEmulated(process.env) ? 1 : 60
  if (values.usageFlushSeconds > 0 && values.usageFlushSeconds < flushSecondsMin) {
    throw wrong('usageFlushSeconds', '0, or a whole number from 60 to 3600')
  }
  const issuance = ISSUANCES.find((name) => name === values.issuance)
  if (issuance === undefined) throw wrong('issuance', ISSUANCES.join(', '))
  const behaviour = BEHAVIOUR_MODES.find((mode) => mode === values.behaviour)
  if (behaviour === undefined) throw wrong('behaviour', BEHAVIOUR_MODES.join(', '))
  if (behaviour !== 'off' && values.usageFlushSeconds === 0) {
    throw wrong('usageFlushSeconds', '60 to 3600 where BEHAVIOUR is on: it is judged by usage')
  }
  if (parseRuleBounds(values.behaviourRules) === null) {
    throw wrong('behaviourRules', RULE_BOUNDS_FORM)
  }
  const urls = parseDatabaseUrls(values.databaseUrls, databaseUrl)
  if (!COUNTRIES.test(smsCountries))
    throw wrong('smsCountries', 'country codes separated by commas')
  if (!SCOPES.test(defaultScopes)) throw wrong('defaultScopes', 'names separated by commas')
  return {
    ...values,
    credentialPickup,
    defaultScopes: defaultScopes.split(','),
    issuance,
    behaviour,
    databaseUrl: urls[0]!,
    databaseUrls: urls,
    smsCountries: new Set(smsCountries.split(',').filter((country) => country !== '')),
    allowedOrigins: parseOrigins(values.allowedOrigins),
    trustedProxies: parseProxies(values.trustedProxies),
    ...readAttestConfig(values, wrong),
    ...readEncryptionConfig(values, wrong),
    attestationSecrets: () => ATTESTATION_SECRETS.value(),
    attestEmulatorHost: process.env['ATTEST_EMULATOR_HOST'] || undefined,
    smsParams: () => ({ ...byParamName(values), SMS_SECRET: SMS_SECRET.value() }),
    masterSecrets: MASTER_SECRETS.value(),
    upstreamOrigins: parseUpstreamOrigins(values.upstreamOrigins),
    timeoutMs: Number(valueOf(DEPLOYMENT.timeoutSeconds)) * 1000,
    isEmulated: isEmulated(process.env),
  }
}

/** Whether this is a local run: known while the code loads, and when its manifest is made. */
export const isEmulated = (env: Readonly<Record<string, string | undefined>>): boolean =>
  env['FUNCTIONS_EMULATOR'] === 'true' && env['K_CONFIGURATION'] === undefined

/** Outside of local runs an upstream is where its declaration says, whatever the environment holds. */
function parseUpstreamOrigins(text: string): ReadonlyMap<string, string> {
  if (text === '') return new Map()
  if (!isEmulated(process.env)) throw wrong('upstreamOrigins', 'empty outside the emulators')
  return new Map(
    text.split(',').map((pair) => {
      const [name = '', origin = '', ...rest] = pair.split('=')
      if (name === '' || origin === '' || rest.length > 0) {
        throw wrong('upstreamOrigins', 'name=origin, separated by commas')
      }
      return [name, origin]
    }),
  )
}

/** The senders name their params as an operator does: by the name in the environment. */
const byParamName = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(ACCOUNT_SETTINGS).map(([name, param]) => [param.name, String(values[name])]),
  ) as Omit<SmsParams, 'SMS_SECRET'>

const wrong = (name: keyof typeof SETTINGS, expected: string): TypeError =>
  new TypeError(`${SETTINGS[name].name} must be ${expected}`)

/** One setting as it is in the environment, for scripts that need no more than that. */
export const settingOf = <N extends keyof typeof SETTINGS>(name: N) =>
  valueOf(SETTINGS[name]) as Value<(typeof SETTINGS)[N]>

/** `firebase deploy` writes every default into the environment; a plain `node` has no such help. */
function valueOf(
  param: (typeof SETTINGS)[keyof typeof SETTINGS] | typeof DEPLOYMENT.timeoutSeconds,
): unknown {
  return process.env[param.name] === undefined ? param.options.default : param.value()
}

/** An origin, and in local runs the namespace. */
const DATABASE_ADDRESS = /^https?:\/\/[A-Za-z0-9.:-]+\/?(?:\?ns=[A-Za-z0-9-]+)?$/

/** @throws TypeError; a database that is named twice would have two numbers */
function parseDatabaseUrls(text: string, databaseUrl: string): readonly string[] {
  if (text === '') return [databaseUrl || projectDatabaseUrl()]
  const urls = text.split(',')
  const areGood =
    urls.every((url) => DATABASE_ADDRESS.test(url)) &&
    new Set(urls.map((url) => url.replace('/?', '?').replace(/\/$/, ''))).size === urls.length
  if (!areGood || urls.length > SHARDS_MAX) {
    throw wrong('databaseUrls', `1 to ${SHARDS_MAX} URLs separated by commas, all different`)
  }
  // Its keys are the first of all.
  if (databaseUrl !== '' && urls[0] !== databaseUrl) {
    throw wrong('databaseUrls', 'a list that begins with DATABASE_URL')
  }
  return urls
}

/** As a browser writes it: lower case, no path. Apps in a web view have schemes of their own. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/

/** Where a page without TLS cannot be another's: the device itself. */
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/

/** @throws TypeError; an origin in another form than the browser's would never be met */
function parseOrigins(text: string): ReadonlySet<string> {
  const origins = text === '' ? [] : text.split(',')
  const isGood = (origin: string): boolean => {
    if (!ORIGIN.test(origin)) return false
    if (origin.startsWith('http:') && !LOOPBACK.test(origin)) return false
    // The browser leaves out a default port.
    return !/^https?:/.test(origin) || (URL.canParse(origin) && new URL(origin).origin === origin)
  }
  if (!origins.every(isGood)) {
    throw wrong('allowedOrigins', 'origins as a browser sends them, separated by commas, with TLS')
  }
  return new Set(origins)
}

/** @throws TypeError; a range as wide as the internet would let everybody write his own address */
function parseProxies(text: string): readonly string[] {
  const ranges = text === '' ? [] : text.split(',')
  if (!ranges.every(isProxyRange)) {
    throw wrong(
      'trustedProxies',
      'addresses or CIDR ranges (at least /8, IPv6: /16), separated by commas',
    )
  }
  return ranges
}

/** Cloud Functions tells the project's default database in FIREBASE_CONFIG. */
function projectDatabaseUrl(): string {
  const { databaseURL } = JSON.parse(process.env['FIREBASE_CONFIG'] ?? '{}') as {
    databaseURL?: string
  }
  if (!databaseURL)
    throw new TypeError('DATABASE_URL is empty and the project has no default database')
  return databaseURL
}

/** Variables that lead Google's libraries to an emulator, where anybody is admin; they all end so. */
const EMULATOR_VARIABLE = /_EMULATOR_HOST$/

/**
 * Refuses to run with emulator settings outside the emulators (threat T25): with one of them the
 * Admin SDK would believe unsigned ID tokens. Cloud Run sets K_CONFIGURATION, the emulator does not,
 * so FUNCTIONS_EMULATOR does not excuse anything there.
 * @throws Error that names the variable; thrown while the code loads, it ends the process
 */
export function refuseEmulatorSettings(env: Readonly<Record<string, string | undefined>>): void {
  if (isEmulated(env)) return
  for (const [name, value] of Object.entries(env)) {
    if (!value || !(EMULATOR_VARIABLE.test(name) || name === 'FUNCTIONS_EMULATOR')) continue
    throw new Error(`${name} is set outside the Firebase emulators: unset it. Refusing to start.`)
  }
}
