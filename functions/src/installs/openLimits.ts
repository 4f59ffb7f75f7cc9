import { ApiError } from '../http/apiError.ts'
import { rateHeaders } from '../http/rateHeaders.ts'
import { makeRateLimit, type RatePolicy } from '../http/rateLimit.ts'

/** What a call of the open endpoint writes: a challenge (step 1), or an attempt at one (step 2). */
export type OpenStep = 'challenges' | 'attempts'

/** Calls a minute, all instances together. */
export interface OpenQuotas {
  /** Of callers with an ID token of the UID that they name. */
  readonly owners: number
  /** Of all others: they cannot use up what is the owners'. */
  readonly strangers: number
}

/** The limit on the open endpoint that all callers share. */
export interface OpenLimits {
  /**
   * Lets a call go on to the database; it costs nothing there when it does not.
   * @throws ApiError `rate_limited` once the minute's window is full, and for strangers who come faster than
   * an instance spreads them
   */
  enter(step: OpenStep, isOwner: boolean): OpenPass
}

export interface OpenPass {
  /** Remembers that all instances together have filled the window; the error says when the next begins. */
  full(): ApiError
}

/** An attempt is made for each challenge, and a second one when an answer was lost. */
const ATTEMPTS_PER_CHALLENGE = 2

export const openQuota = (quotas: OpenQuotas, step: OpenStep, isOwner: boolean): number =>
  (isOwner ? quotas.owners : quotas.strangers) * (step === 'attempts' ? ATTEMPTS_PER_CHALLENGE : 1)

/**
 * How many strangers an instance lets through at once, and then in each second. A flood would otherwise
 * spend the whole window in its first moment, and everybody who has a key would wait for those hundreds of
 * look-ups and writes.
 */
const pacePolicy = (step: OpenStep, challengesPerSecond: number): RatePolicy => ({
  name: step,
  quota: challengesPerSecond * (step === 'attempts' ? ATTEMPTS_PER_CHALLENGE : 1),
  windowSeconds: 1,
})

interface Window {
  readonly minute: number
  entered: number
  isFull: boolean
}

/**
 * The count that holds is in the database (`calls` in store.ts). This is what one instance knows of it: a window
 * that was full stays full, and no instance lets more calls through than all of them may make, refused
 * ones included; so what a flood can cost is bounded, whatever it is refused for.
 * @param strangersPerSecond of step 1, at this instance
 * @param now Unix milliseconds
 */
export function makeOpenLimits(
  quotas: OpenQuotas,
  strangersPerSecond: number,
  now: () => number,
): OpenLimits {
  const windows = new Map<string, Window>()
  const paces = {
    challenges: makeRateLimit(pacePolicy('challenges', strangersPerSecond), 1),
    attempts: makeRateLimit(pacePolicy('attempts', strangersPerSecond), 1),
  }

  const windowAt = (name: string, minute: number): Window => {
    const known = windows.get(name)
    if (known?.minute === minute) return known
    const next = { minute, entered: 0, isFull: false }
    windows.set(name, next)
    return next
  }

  return {
    enter: (step, isOwner) => {
      const nowMs = now()
      const window = windowAt(openCounter(step, isOwner), Math.floor(nowMs / WINDOW_MS))
      const quota = openQuota(quotas, step, isOwner)
      const full = (): ApiError => {
        window.isFull = true
        const resetSeconds = Math.ceil((WINDOW_MS - (nowMs % WINDOW_MS)) / 1000)
        return refusal({ name: step, quota, windowSeconds: WINDOW_SECONDS }, resetSeconds)
      }
      if (window.isFull || window.entered >= quota) throw full()
      const pace = isOwner ? undefined : paces[step].take(step, nowMs)
      if (pace?.allowed === false) throw refusal(pace.policy, pace.resetSeconds)
      window.entered += 1
      return { full }
    },
  }
}

/** The name of a counter below `limits/calls/{minute}`. */
export const openCounter = (step: OpenStep, isOwner: boolean): string =>
  `${step}-${isOwner ? 'owners' : 'strangers'}`

function refusal(policy: RatePolicy, resetSeconds: number): ApiError {
  return new ApiError('rate_limited', {
    detail: `all ${policy.name}`,
    retryAfterSeconds: resetSeconds,
    headers: rateHeaders({ policy, remaining: 0, resetSeconds }),
  })
}

const WINDOW_SECONDS = 60
const WINDOW_MS = WINDOW_SECONDS * 1000
