import { defineInt, defineSecret, defineString } from 'firebase-functions/params'
import { readPlaceModes } from './placeModes.ts'

/** `{"approov":"<base64>","recaptcha":"<secret>"}`, of the providers that have one; else `{}`. */
export const ATTESTATION_SECRETS = defineSecret('ATTESTATION_SECRETS')

/** Who can say what calls. The first one whose token comes with a request is asked. */
export const PROVIDERS = ['app-check', 'approov', 'recaptcha'] as const
export type Provider = (typeof PROVIDERS)[number]

/** Routes that are switched together; each route names its group in the route map. */
export const ATTEST_GROUPS = ['open', 'sms', 'accounts', 'installs', 'proxy'] as const
export type AttestGroup = (typeof ATTEST_GROUPS)[number]

/** `observe`: whoever is refused is logged and counted, and passes. A route that is not named is off. */
const MODES = ['off', 'observe', 'enforce'] as const
export type AttestMode = (typeof MODES)[number]

/** The params of attestation. */
export const ATTEST_SETTINGS = {
  attest: defineString('ATTEST', {
    default: '',
    description:
      'Which routes ask what is calling, by group (open, sms, accounts, installs, proxy) or path: open=enforce,sms=observe. Others: off.',
  }),
  attestProviders: defineString('ATTEST_PROVIDERS', {
    default: '',
    description:
      'Whose tokens are accepted: app-check, approov, recaptcha, comma-separated. One token is enough, so the weakest of them counts.',
  }),
  attestOnce: defineString('ATTEST_ONCE', {
    default: '',
    description:
      'Groups or paths where an App Check token is good once (a limited-use token, a call to Google each): open,sms.',
  }),
  appCheckProjectNumber: defineString('APP_CHECK_PROJECT_NUMBER', {
    default: '',
    description: 'app-check: the number (not the ID) of the Firebase project.',
  }),
  appCheckAppIds: defineString('APP_CHECK_APP_IDS', {
    default: '',
    description:
      'app-check: the app IDs that may call, comma-separated: 1:1234567890:android:321abc.',
  }),
  approovJwk: defineString('APPROOV_JWK', {
    default: '',
    description:
      'approov: the public RSA key of an account that signs with RS256, as a JWK. Empty: HS256, by the secret in ATTESTATION_SECRETS.',
  }),
  recaptchaHosts: defineString('RECAPTCHA_HOSTS', {
    default: '',
    description: 'recaptcha: hosts of the pages that may call, comma-separated: app.example.com.',
  }),
  recaptchaScoreMin: defineInt('RECAPTCHA_SCORE_MIN', {
    default: 50,
    description: 'recaptcha: the least score, in hundredths.',
  }),
} as const

export const ATTEST_RANGES = {
  recaptchaScoreMin: [1, 100],
} as const satisfies Partial<Record<keyof typeof ATTEST_SETTINGS, readonly [number, number]>>

/** The texts above, read. */
export interface AttestConfig {
  /** By group or path. */
  readonly attest: ReadonlyMap<string, AttestMode>
  readonly attestProviders: readonly Provider[]
  readonly attestOnce: ReadonlySet<string>
  readonly appCheckAppIds: ReadonlySet<string>
  readonly recaptchaHosts: ReadonlySet<string>
}

type Texts = Readonly<Record<keyof AttestConfig | 'appCheckProjectNumber' | 'approovJwk', string>>

/** What is said of a route itself goes before what is said of its group. */
export const modeOf = (
  { path, attest = 'none' }: { readonly path: string; readonly attest?: AttestGroup | 'none' },
  modes: ReadonlyMap<string, AttestMode>,
): AttestMode => modes.get(path) ?? modes.get(attest) ?? 'off'

const PATH = /^\/api\/[A-Za-z0-9_/{}-]{1,200}$/
const APP_ID = /^1:[0-9]{1,20}:[a-z]{1,16}:[0-9a-f]{1,64}$/
const HOST = /^[a-z0-9.-]{1,253}$/
const PROJECT_NUMBER = /^[0-9]{1,20}$/

/**
 * @param wrong makes the error that names a param and says what it must be
 * @throws the error, also where a provider is to be believed that could never be satisfied
 */
export function readAttestConfig(
  texts: Texts,
  wrong: (name: keyof Texts, expected: string) => Error,
): AttestConfig {
  const places = `${ATTEST_GROUPS.join(', ')} or paths that begin with /api/`
  const isPlace = (name: string) =>
    (ATTEST_GROUPS as readonly string[]).includes(name) || PATH.test(name)

  const attest = readPlaceModes(texts.attest, MODES, isPlace)
  if (attest === null) {
    throw wrong('attest', `${MODES.join(', ')} for ${places}: open=enforce,sms=observe`)
  }
  const attestProviders = listOf(texts.attestProviders).map((text) => {
    const provider = PROVIDERS.find((known) => known === text)
    if (provider === undefined) throw wrong('attestProviders', `names of ${PROVIDERS.join(', ')}`)
    return provider
  })
  const attestOnce = new Set(listOf(texts.attestOnce))
  const appCheckAppIds = new Set(listOf(texts.appCheckAppIds))
  const recaptchaHosts = new Set(listOf(texts.recaptchaHosts))
  const has = (provider: Provider) => attestProviders.includes(provider)

  if (attest.size > 0 && attestProviders.length === 0) {
    throw wrong('attestProviders', 'set where ATTEST is: nobody could be recognised')
  }
  if (![...attestOnce].every(isPlace)) throw wrong('attestOnce', places)
  if (attestOnce.size > 0 && !has('app-check')) {
    throw wrong('attestOnce', 'empty where app-check is not in ATTEST_PROVIDERS')
  }
  if (
    ![...appCheckAppIds].every((id) => APP_ID.test(id)) ||
    (has('app-check') && appCheckAppIds.size === 0)
  ) {
    throw wrong('appCheckAppIds', 'app IDs of Firebase separated by commas')
  }
  if (has('app-check') && !PROJECT_NUMBER.test(texts.appCheckProjectNumber)) {
    throw wrong('appCheckProjectNumber', 'the number of the project')
  }
  if (
    ![...recaptchaHosts].every((host) => HOST.test(host)) ||
    (has('recaptcha') && recaptchaHosts.size === 0)
  ) {
    throw wrong('recaptchaHosts', 'host names separated by commas, without scheme and port')
  }
  return { attest, attestProviders, attestOnce, appCheckAppIds, recaptchaHosts }
}

/**
 * @throws TypeError for a path that no route has, or a route that never asks: a slip of the pen must not
 * leave a route open
 */
export function checkAttest(
  { attest, attestOnce }: Pick<AttestConfig, 'attest' | 'attestOnce'>,
  routes: readonly {
    readonly path: string
    readonly guard: unknown
    readonly attest?: AttestGroup
  }[],
): void {
  const asks = new Set(
    routes
      .filter((route) => typeof route.guard === 'object' || route.attest !== undefined)
      .map(({ path }) => path),
  )
  const refuse = (param: string, names: Iterable<string>) => {
    for (const name of names) {
      if (!name.startsWith('/') || asks.has(name)) continue
      throw new TypeError(`${param} names ${name}, which is no route that asks what is calling`)
    }
  }
  refuse('ATTEST', attest.keys())
  refuse('ATTEST_ONCE', attestOnce)
}

const listOf = (text: string): string[] => (text === '' ? [] : text.split(','))
