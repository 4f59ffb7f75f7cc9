import { ignoreUnavailable } from '../deadline.ts'
import { equalInConstantTime } from '../installs/keyring.ts'
import type { Identity } from '../identity.ts'
import type { AccountKeys, Purpose } from './accountKeys.ts'
import type { Budgets, SmsRequest } from './budgets.ts'
import type { Passwords } from './passwords.ts'
import type { Phone } from './phone.ts'
import type { Account, AccountStore, Code, CodePlace } from './store.ts'
import type { Texts } from './texts.ts'
import type { UnseenWork } from './unseen.ts'

export interface AccountsParts {
  readonly store: AccountStore
  readonly keys: AccountKeys
  readonly budgets: Budgets
  readonly passwords: Passwords
  readonly texts: Texts
  readonly identity: Identity
  readonly newId: () => string
  /** A new UID for Firebase Auth. */
  readonly newUid: () => string
  /** Unix milliseconds. */
  readonly now: () => number
}

/** What the app signs in to Firebase Auth with: the session is Firebase's from then on. */
export interface SignIn {
  readonly customToken: string
}

/** Too many tries to log in to this account, or by this install, within the hour. */
export interface LoginLimited {
  readonly retryAfterSeconds: number
}

/** Who calls, and about which number. */
export interface Caller {
  readonly keyId: string
  /** As of SmsRequest. */
  readonly place: string
  readonly address: string
  readonly phone: Phone
  /** Its behaviour has led to a step-up. */
  readonly isRestricted?: boolean
}

/**
 * Sign-up, login and password reset. The three that send a text tell their caller nothing (threat
 * T17): what they do themselves is the same for every number, and all that depends on the account,
 * from the reading of it on, is in the work that they return.
 */
export interface Accounts {
  /** @throws ApiError `sms_budget_exhausted`, `unavailable` */
  register(caller: Caller, password: string): Promise<UnseenWork>
  /** @throws ApiError `sms_budget_exhausted`, `unavailable` */
  resend(caller: Caller): Promise<UnseenWork>
  /** @throws ApiError `sms_budget_exhausted`, `unavailable` */
  requestReset(caller: Caller): Promise<UnseenWork>
  /** A Firebase custom token for the account that is verified by this. */
  verify(caller: Caller, code: string): Promise<SignIn | 'otp_rejected'>
  confirmReset(caller: Caller, code: string, password: string): Promise<'done' | 'otp_rejected'>
  /** A Firebase custom token. */
  login(caller: Caller, password: string): Promise<SignIn | 'login_rejected' | LoginLimited>
}

/** A person needs a minute; a code that waits longer is worth stealing. */
export const CODE_LIFE_MS = 10 * 60 * 1000

/** What tries to log in are counted by. */
const HOUR_MS = 60 * 60 * 1000

interface Waiting {
  readonly place: CodePlace
  readonly code: Code
}

export function makeAccounts(parts: AccountsParts): Accounts {
  const { store, keys, budgets, passwords, texts, identity, newId, newUid, now } = parts

  const requestOf = ({ phone, ...caller }: Caller): SmsRequest => ({
    accountId: keys.accountId(phone.e164),
    phone,
    ...caller,
  })

  const codeFor = (place: CodePlace, sentIn: Code['sentIn'], passwordHash?: string) => {
    const id = newId()
    const createdAt = now()
    const masterVersion = keys.newestVersion
    const code: Code = {
      id,
      createdAt,
      expiresAt: createdAt + CODE_LIFE_MS,
      masterVersion,
      sentIn,
      ...(passwordHash !== undefined && { passwordHash }),
    }
    return { code, digits: digitsOf(place, code)! }
  }

  const digitsOf = (place: CodePlace, { id, masterVersion }: Code): string | null =>
    keys.code({ ...place, codeId: id, masterVersion })

  /** The live code that these digits are right for; a guess is counted before it is compared. */
  const redeem = async (place: CodePlace, digits: string): Promise<Code | null> => {
    if (!(await store.countGuess(place, now()))) return null
    const code = await store.readCode(place)
    const right = code && digitsOf(place, code)
    if (right === null || !equalInConstantTime(right, digits)) return null
    return code
  }

  /** The code of this install that waits; of a sign-up's and a reset's the later one. */
  const waiting = async (accountId: string, keyId: string) => {
    const places = (['verify', 'reset'] as const).map((purpose: Purpose) => ({
      keyId,
      purpose,
      accountId,
    }))
    const codes = await Promise.all(places.map((place) => store.readCode(place)))
    return codes
      .flatMap((code, at) => (code === null ? [] : [{ place: places[at]!, code }]))
      .filter(({ code }) => code.expiresAt > now() && code.claimed === undefined)
      .reduce<Waiting | null>(
        (latest, one) => (latest && latest.code.createdAt > one.code.createdAt ? latest : one),
        null,
      )
  }

  /**
   * Whether a claim that was refused had been done: the SDK sends one whose acknowledgement was lost once
   * more. No two hashes of a password are alike.
   */
  const isOurs = async (place: CodePlace, { id }: Code, passwordHash: string): Promise<boolean> => {
    const [used, account] = await Promise.all([store.readCode(place), store.read(place.accountId)])
    return used?.claimed === id && account?.passwordHash === passwordHash
  }

  const signIn = async ({ uid }: Account): Promise<SignIn> => ({
    customToken: await identity.customToken(uid),
  })

  return {
    register: async (caller, password) => {
      const request = requestOf(caller)
      // The turn comes first: who waits in vain has spent no budget. The budget comes second: who has
      // none left gets no hashing for nothing.
      const { sentIn, passwordHash } = await passwords.inTurn(async (hash) => ({
        sentIn: await budgets.claim(request, now()),
        passwordHash: await hash(password),
      }))
      return async () => {
        const account = await store.read(request.accountId)
        const place = placeOf(request, 'verify')
        const { code, digits } = codeFor(place, sentIn, passwordHash)
        await store.putSignUp(place, code, account, newUid())
        // The owner of an account is told that somebody tried; nobody else learns that there is one.
        if (account?.state === 'verified') await texts.sendNotice(caller.phone, code.id)
        else await texts.sendCode(caller.phone, code.id, digits)
      }
    },

    resend: async (caller) => {
      const request = requestOf(caller)
      const sentIn = await budgets.claim(request, now())
      return async () => {
        const [account, earlier] = await Promise.all([
          store.read(request.accountId),
          waiting(request.accountId, caller.keyId),
        ])
        if (earlier === null) return
        const { place } = earlier
        const { code, digits } = codeFor(place, sentIn, earlier.code.passwordHash)
        if (place.purpose === 'reset') await store.putCode(place, code)
        else await store.putSignUp(place, code, account, newUid())
        if (expects(account, place.purpose)) await texts.sendCode(caller.phone, code.id, digits)
      }
    },

    requestReset: async (caller) => {
      const request = requestOf(caller)
      const sentIn = await budgets.claim(request, now())
      return async () => {
        const account = await store.read(request.accountId)
        const place = placeOf(request, 'reset')
        const { code, digits } = codeFor(place, sentIn)
        // Without an account too: what is done with the code later must not tell either.
        await store.putCode(place, code)
        if (expects(account, 'reset')) await texts.sendCode(caller.phone, code.id, digits)
      }
    },

    verify: async (caller, digits) => {
      const { accountId } = requestOf(caller)
      const place = placeOf({ accountId, keyId: caller.keyId }, 'verify')
      const code = await redeem(place, digits)
      if (code?.passwordHash === undefined) return 'otp_rejected'
      const account = await store.read(accountId)
      if (account === null) return 'otp_rejected'
      // Before the code is used up: who cannot be signed in now can try again with the same code.
      const session = await signIn(account)
      const claimed = await store.claimCode(place, {
        codeId: code.id,
        passwordHash: code.passwordHash,
        nowMs: now(),
        counted: budgets.verified(code.sentIn),
      })
      return claimed ? session : 'otp_rejected'
    },

    confirmReset: async (caller, digits, password) => {
      const { accountId } = requestOf(caller)
      const place = placeOf({ accountId, keyId: caller.keyId }, 'reset')
      const code = await redeem(place, digits)
      if (code === null) return 'otp_rejected'
      const account = await store.read(accountId)
      if (account === null) return 'otp_rejected'
      // Only now: a flood of wrong codes buys no hashing.
      const passwordHash = await passwords.hash(password)
      // Whoever knew the old password is signed out everywhere. First, while it can be tried again with the
      // same code: once that is used up, nobody would come back for it.
      await identity.revokeSessions(account.uid)
      const claimed = await store.claimCode(place, {
        codeId: code.id,
        passwordHash,
        nowMs: now(),
        counted: budgets.verified(code.sentIn),
      })
      if (!claimed && !(await isOurs(place, code, passwordHash))) return 'otp_rejected'
      // And who has signed in meanwhile; a moment that is not worth a 503 for what has been done.
      await identity
        .revokeSessions(account.uid)
        .catch((error: unknown) => ignoreUnavailable(error, undefined))
      return 'done'
    },

    login: async (caller, password) => {
      const { accountId, place } = requestOf(caller)
      const nowMs = now()
      const install = keys.limitKey('install', place)
      if (!(await store.countLogin(accountId, install, nowMs))) {
        return { retryAfterSeconds: Math.ceil((HOUR_MS - (nowMs % HOUR_MS)) / 1000) }
      }
      const account = await store.read(accountId)
      const hash = account?.state === 'verified' ? (account.passwordHash ?? null) : null
      const isRight = await passwords.verify(hash, password)
      return isRight && account !== null ? signIn(account) : 'login_rejected'
    },
  }
}

const placeOf = (
  { accountId, keyId }: Pick<SmsRequest, 'accountId' | 'keyId'>,
  purpose: Purpose,
): CodePlace => ({ keyId, purpose, accountId })

/** Whether there is somebody to send this code to. */
const expects = (account: Account | null, purpose: Purpose): boolean =>
  account !== null && (account.state === 'verified') === (purpose === 'reset')
