import type { AccountHandlers } from './accounts/buildAccounts.ts'
import type { AttestGroup } from './attestSettings.ts'
import type { EncryptionMode } from './encryptionSettings.ts'
import type { Encryption } from './encryption/buildEncryption.ts'
import type { CheckedUpstream } from './gateway/checkUpstream.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { GuardPolicy } from './guard/guard.ts'
import type { UpstreamMethod } from './gateway/upstream.ts'
import type { ApiRequest, Handler } from './http/apiRequest.ts'
import type { makeInstallHandlers } from './installs/handlers.ts'
import { proceed } from './proceed.ts'

/** One endpoint: its way in, and who works on it. Paths are canonical: they start with `/api`. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** One that ends in `/` takes all that is below. */
  readonly path: string
  /** `open`: anybody. `limited`: anybody, within a rate per client address. Else what the guard asks. */
  readonly guard: 'open' | 'limited' | GuardPolicy
  /** By this name, or by its path, ATTEST says whether it asks what is calling. */
  readonly attest?: AttestGroup
  /** Whether it takes encrypted bodies, and no others; ENCRYPTION may say otherwise. Without: none. */
  readonly encryption?: EncryptionMode
  readonly handler: Handler
  /** Raw bytes of a body, where the usual cap is not the one. More than that is for signed routes alone. */
  readonly bodyBytesMax?: number
  /** Until when the answer must have begun, in ms, where it waits for somebody else. */
  readonly beginMs?: number
}

/** Below it are the upstreams of the gateway, each by its name. */
export const PROXY_PATH = '/api/proxy/'

/** Where keys are asked for. */
export const REGISTRATION_PATH = '/api/installs'

/** Accepted once per instance and key; enough for what only reads. */
const SIGNED = { nonce: 'memory' } as const
/** Accepted once, by whichever instance. */
const SIGNED_ONCE = { nonce: 'durable' } as const

const health: Handler = () => ({ status: 200, body: { status: 'ok' } })

/** Made from this map (npm run openapi); a file of its own, which only this request reads. */
const openapi: Handler = async () => {
  const { default: body } = await import('./openapi.json', { with: { type: 'json' } })
  return { status: 200, body }
}

const SIGNED_ACCOUNTS = { nonce: 'durable', scope: 'accounts' } as const

/** What stands behind `/api/proxy/`. */
export interface Proxies {
  readonly upstreams: readonly CheckedUpstream[]
  /** Loaded by the first call. */
  readonly gateway: () => Gateway | Promise<Gateway>
}

const NO_PROXIES: Proxies = {
  upstreams: [],
  gateway: () => Promise.reject(new TypeError('no upstreams')),
}

const NO_KEYS = (): Promise<Encryption> => Promise.reject(new TypeError('no keys'))

/** So long a copy may be used; what is encrypted to an earlier key can still be read. */
const KEYS_CACHED = { 'Cache-Control': 'public, max-age=3600' }

/** Every path, method and guard of the service, on one screen. */
export function makeRoutes(
  installs: ReturnType<typeof makeInstallHandlers>,
  accounts: () => Promise<AccountHandlers>,
  isPasswordLineFull: () => boolean,
  proxies: Proxies = NO_PROXIES,
  encryption: () => Promise<Pick<Encryption, 'keySet'>> = NO_KEYS,
): readonly Route[] {
  const keys: Handler = async () => {
    const body = (await encryption()).keySet()
    return { status: 200, body, headers: KEYS_CACHED }
  }

  /** The protected endpoints are loaded by their first request. */
  const account = (
    path: string,
    name: keyof AccountHandlers,
    attest: AttestGroup,
    guard: GuardPolicy = SIGNED_ACCOUNTS,
  ): Route => ({
    method: 'POST',
    path,
    guard,
    attest,
    encryption: 'allow',
    handler: async (req) => (await accounts())[name](req),
  })

  /** A flood of logins costs no database operation once the line is full. */
  const withPassword = { ...SIGNED_ACCOUNTS, isBusy: isPasswordLineFull }

  /** What the upstream allows below this, its own templates say. */
  const proxy = (method: UpstreamMethod, { name, bodyBytesMax, wholeMsMax }: CheckedUpstream) => ({
    method,
    path: `${PROXY_PATH}${name}/`,
    guard: { ...(isSafe(method) ? SIGNED : SIGNED_ONCE), scope: `proxy:${name}` },
    attest: 'proxy' as const,
    handler: (req: ApiRequest) => proceed(proxies.gateway(), (gateway) => gateway.call(name, req)),
    bodyBytesMax,
    // Until it begins; the gateway itself is quicker.
    beginMs: BEFORE_PROXY_MS + wholeMsMax,
  })

  return [
    { method: 'GET', path: '/api/health', guard: 'open', handler: health },
    // Not quite open: the answer is large.
    { method: 'GET', path: '/api/openapi.json', guard: 'limited', handler: openapi },
    { method: 'GET', path: '/api/keys', guard: 'open', handler: keys },
    {
      method: 'POST',
      path: REGISTRATION_PATH,
      guard: 'limited',
      attest: 'open',
      handler: installs.register,
    },
    {
      method: 'GET',
      path: '/api/installs/current',
      guard: SIGNED,
      attest: 'installs',
      encryption: 'allow',
      handler: installs.showCurrent,
    },
    {
      method: 'POST',
      path: '/api/installs/current/rotate',
      guard: SIGNED_ONCE,
      attest: 'installs',
      encryption: 'allow',
      handler: installs.rotate,
    },
    {
      method: 'DELETE',
      path: '/api/installs/current',
      guard: SIGNED_ONCE,
      attest: 'installs',
      encryption: 'allow',
      handler: installs.revoke,
    },
    account('/api/register', 'register', 'sms', withPassword),
    account('/api/verify_otp', 'verifyOtp', 'accounts'),
    account('/api/resend_otp', 'resendOtp', 'sms'),
    account('/api/password/reset', 'resetPassword', 'sms'),
    account('/api/password/confirm', 'confirmPassword', 'accounts', withPassword),
    account('/api/login', 'login', 'accounts', withPassword),
    ...proxies.upstreams.flatMap((upstream) =>
      upstream.methods.map((method) => proxy(method, upstream)),
    ),
  ]
}

/** For the body, the install's record and the nonce. */
const BEFORE_PROXY_MS = 7000

/** RFC 9110 section 9.2.1. */
const isSafe = (method: UpstreamMethod): boolean => method === 'GET' || method === 'HEAD'
