import type { ApiRequest, Answer, Handler } from '../http/apiRequest.ts'
import { installOf } from '../http/apiRequest.ts'
import { ApiError } from '../http/apiError.ts'
import type { AddressOf } from '../http/clientAddress.ts'
import { parseBody } from '../http/parseBody.ts'
import { judgeInstall, placeName } from '../installs/install.ts'
import type { Accounts, Caller } from './accounts.ts'
import type { Accepted, Changed } from './answers.ts'
import type { Once } from './idempotency.ts'
import { parsePhone } from './phone.ts'
import type { Unseen, UnseenWork } from './unseen.ts'

export interface AccountHandlerParts {
  readonly accounts: Accounts
  readonly once: Once
  readonly unseen: Unseen
  /** The client as budgets count it. */
  readonly addressOf: AddressOf
  /** Told of every call with a number that can be: behaviour is judged by it. */
  readonly onCall: (keyId: string, call: AccountCall) => void
  /** Unix milliseconds. */
  readonly now: () => number
  readonly settings: {
    /** ISO 3166-1 alpha-2. Empty: nobody can be sent a text. */
    readonly smsCountries: ReadonlySet<string>
  }
}

/** A call of an account route; `sms` is one that sends a text. */
export interface AccountCall {
  readonly kind: 'sms' | 'accounts'
  readonly e164: string
  readonly country: string
}

/** The handlers of the protected endpoints. zod and the phone metadata are loaded by the first call. */
export function makeAccountHandlers(parts: AccountHandlerParts) {
  const { accounts, once, unseen, addressOf, onCall, now, settings } = parts
  const callerOf = async (
    req: ApiRequest,
    phone: string,
    countries: ReadonlySet<string> | 'any',
  ): Promise<Caller> => {
    const parsed = await parsePhone(phone, countries)
    if (typeof parsed === 'string') {
      const errors = [{ pointer: '#/phone', detail: 'must be a mobile number of a served country' }]
      throw new ApiError('invalid_request', { detail: parsed, errors })
    }
    const install = installOf(req)
    // Where no text is sent, any country will do.
    const kind = countries === 'any' ? 'accounts' : 'sms'
    onCall(install.keyId, { kind, e164: parsed.e164, country: parsed.country })
    return {
      phone: parsed,
      keyId: install.keyId,
      place: placeName(install),
      isRestricted: judgeInstall(install, now()) === 'restricted',
      address: addressOf(req.incoming),
    }
  }

  /**
   * The same answer for every number, at the same time. Inside `once`: the record of an idempotency
   * key is finished with the fixed time as well, or repeats (409, then 202) would tell how long the
   * work took.
   */
  const silently = (req: ApiRequest, prepare: () => Promise<UnseenWork>): Promise<Answer> =>
    once(req, async () => {
      await unseen.begin(req.requestId, await prepare())
      return ACCEPTED
    })

  const register: Handler = async (req) => {
    const { phone, password } = parseBody(req, (await loadBodies()).phoneAndPassword)
    const caller = await callerOf(req, phone, settings.smsCountries)
    return silently(req, () => accounts.register(caller, password))
  }

  const resendOtp: Handler = async (req) => {
    const { phone } = parseBody(req, (await loadBodies()).phone)
    const caller = await callerOf(req, phone, settings.smsCountries)
    return silently(req, () => accounts.resend(caller))
  }

  const resetPassword: Handler = async (req) => {
    const { phone } = parseBody(req, (await loadBodies()).phone)
    const caller = await callerOf(req, phone, settings.smsCountries)
    return silently(req, () => accounts.requestReset(caller))
  }

  const verifyOtp: Handler = async (req) => {
    const { phone, otp } = parseBody(req, (await loadBodies()).phoneAndOtp)
    const verdict = await accounts.verify(await callerOf(req, phone, 'any'), otp)
    if (verdict === 'otp_rejected') throw new ApiError(verdict)
    return { status: 200, body: verdict }
  }

  const confirmPassword: Handler = async (req) => {
    const body = parseBody(req, (await loadBodies()).phoneOtpAndPassword)
    const caller = await callerOf(req, body.phone, 'any')
    const verdict = await accounts.confirmReset(caller, body.otp, body.password)
    if (verdict === 'otp_rejected') throw new ApiError(verdict)
    const changed: Changed = { status: 'changed' }
    return { status: 200, body: changed }
  }

  const login: Handler = async (req) => {
    const { phone, password } = parseBody(req, (await loadBodies()).phoneAndPassword)
    const verdict = await accounts.login(await callerOf(req, phone, 'any'), password)
    if (verdict === 'login_rejected') throw new ApiError(verdict)
    if ('retryAfterSeconds' in verdict) {
      throw new ApiError('rate_limited', { detail: 'logins', ...verdict })
    }
    return { status: 200, body: verdict }
  }

  return { register, resendOtp, resetPassword, verifyOtp, confirmPassword, login }
}

const ACCEPTED: Answer<Accepted> = { status: 202, body: { status: 'accepted' } }

const loadBodies = async () => (await import('./bodies.ts')).BODIES
