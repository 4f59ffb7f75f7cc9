import type { AccountHandlers } from './accounts/buildAccounts.ts'
import type { GuardPolicy } from './guard/guard.ts'
import type { Handler } from './http/apiRequest.ts'
import type { makeInstallHandlers } from './installs/handlers.ts'

/** One endpoint: its way in, and who works on it. Paths are canonical: they start with `/api`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** `open`: anybody. `limited`: anybody, within a rate per client address. Else what the guard asks. */
  readonly guard: 'open' | 'limited' | GuardPolicy
  readonly handler: Handler
}

/** Accepted once per instance and key; enough for what only reads. */
const SIGNED = { nonce: 'memory' } as const
/** Accepted once, by whichever instance. */
const SIGNED_ONCE = { nonce: 'durable' } as const

const health: Handler = () => ({ status: 200, body: { status: 'ok' } })

const SIGNED_ACCOUNTS = { nonce: 'durable', scope: 'accounts' } as const

/** Every path, method and guard of the service, on one screen. */
export function makeRoutes(
  installs: ReturnType<typeof makeInstallHandlers>,
  accounts: () => Promise<AccountHandlers>,
  isPasswordLineFull: () => boolean,
): readonly Route[] {
  /** The protected endpoints are loaded by their first request. */
  const account = (
    path: string,
    name: keyof AccountHandlers,
    guard: GuardPolicy = SIGNED_ACCOUNTS,
  ): Route => ({
    method: 'POST',
    path,
    guard,
    handler: async (req) => (await accounts())[name](req),
  })

  /** A flood of logins costs no database operation once the line is full. */
  const withPassword = { ...SIGNED_ACCOUNTS, isBusy: isPasswordLineFull }

  return [
    { method: 'GET', path: '/api/health', guard: 'open', handler: health },
    { method: 'POST', path: '/api/installs', guard: 'limited', handler: installs.register },
    { method: 'GET', path: '/api/installs/current', guard: SIGNED, handler: installs.showCurrent },
    {
      method: 'POST',
      path: '/api/installs/current/rotate',
      guard: SIGNED_ONCE,
      handler: installs.rotate,
    },
    {
      method: 'DELETE',
      path: '/api/installs/current',
      guard: SIGNED_ONCE,
      handler: installs.revoke,
    },
    account('/api/register', 'register', withPassword),
    account('/api/verify_otp', 'verifyOtp'),
    account('/api/resend_otp', 'resendOtp'),
    account('/api/password/reset', 'resetPassword'),
    account('/api/password/confirm', 'confirmPassword', withPassword),
    account('/api/login', 'login', withPassword),
  ]
}
