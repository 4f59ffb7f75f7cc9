import { increment, readStored, type Database } from '../database.ts'
import { rateHeaders } from '../http/rateHeaders.ts'
import { ApiError } from '../http/apiError.ts'
import type { AccountKeys } from './accountKeys.ts'
import type { Counted, SmsLimit } from './limits.ts'
import type { Phone } from './phone.ts'

/** Who asks for a text to whom. */
export interface SmsRequest {
  readonly accountId: string
  readonly phone: Phone
  readonly keyId: string
  /** Where an app has its keys, as UID/slot: a key that it changes is no new install. */
  readonly place: string
  /** As limits count it: an IPv4 address or the /56 of an IPv6 one. */
  readonly address: string
  /** Half of what an install may have is left to it. */
  readonly isRestricted?: boolean
}

/** Where a sent code is counted, so that its verification is counted there as well. */
export interface Provenance {
  readonly country: string
  /** The keyed hash of the address. */
  readonly address: string
  /** The hour it was sent in. */
  readonly hour: number
}

export interface Budgets {
  /**
   * Counts one text against every limit at once, or against none.
   * @throws ApiError `sms_budget_exhausted` with `Retry-After` and the limit that was reached
   */
  claim(request: SmsRequest, nowMs: number): Promise<Provenance>
  /** The updates that count a verified code; part of the write that verifies it. */
  verified(provenance: Provenance): Readonly<Record<string, unknown>>
}

export interface BudgetSettings {
  readonly smsCooldownSeconds: number
  /** Texts an hour that a country, or an address, may be sent before any of them is verified. */
  readonly unverifiedPerCountryMax: number
  readonly unverifiedPerAddressMax: number
  /** Further texts for each verified one. */
  readonly sentPerVerifiedMax: number
}

export interface BudgetParts {
  readonly database: Database
  readonly keys: AccountKeys
  readonly limits: readonly SmsLimit[]
  readonly settings: BudgetSettings
}

/**
 * The limits on texts, shared by all instances. A claim is one multi-path write: each counter goes up
 * by one and carries its cap, and the rules refuse the whole write when a single one is above it. So
 * the check and the count are one atomic step of one round trip, nothing is counted for a text that
 * is not sent, and a database that does not answer means no text.
 */
export function makeBudgets({ database, keys, limits, settings }: BudgetParts): Budgets {
  const countedBy = ({
    accountId,
    phone,
    place,
    address,
  }: SmsRequest): Record<Counted, string> => ({
    number: accountId,
    prefix: keys.limitKey('prefix', phone.prefix),
    country: phone.country,
    address: keys.limitKey('address', address),
    install: keys.limitKey('install', place),
    global: 'all',
  })

  const claim = async (request: SmsRequest, nowMs: number): Promise<Provenance> => {
    const key = countedBy(request)
    const hour = windowOf(nowMs, 3600)
    const { country, address } = key
    const written = await database.write({
      [cooldownPath(request.accountId)]: nowMs + settings.smsCooldownSeconds * 1000,
      ...Object.fromEntries(
        limits.flatMap((limit) => {
          const path = counterPath(limit, key, nowMs)
          return [
            [`${path}/count`, increment(1)],
            [`${path}/cap`, quotaFor(limit, request)],
          ]
        }),
      ),
      ...breakerUpdate(`country/${hour}/${country}`, settings.unverifiedPerCountryMax),
      ...breakerUpdate(`address/${hour}/${address}`, settings.unverifiedPerAddressMax),
    })
    if (!written) throw await explainRefusal(request, nowMs)
    return { country, address, hour }
  }

  const breakerUpdate = (key: string, freeMax: number): Record<string, unknown> => ({
    [`breakers/${key}/sent`]: increment(1),
    [`breakers/${key}/free`]: freeMax,
    [`breakers/${key}/perVerified`]: settings.sentPerVerifiedMax,
  })

  /** Only a refusal reads: to tell which limit it was, and when to come back. */
  const explainRefusal = async (request: SmsRequest, nowMs: number): Promise<ApiError> => {
    const key = countedBy(request)
    const [nextAt, ...counts] = await Promise.all([
      readStored(database, cooldownPath(request.accountId)),
      ...limits.map(async (limit) => {
        const counter = await readStored(database, counterPath(limit, key, nowMs))
        return (counter as { count: number } | undefined)?.count
      }),
    ])
    if (typeof nextAt === 'number' && nextAt > nowMs) {
      return exhausted({ ...COOLDOWN, windowSeconds: settings.smsCooldownSeconds }, nextAt - nowMs)
    }
    const reached = limits.find((limit, at) => Number(counts[at] ?? 0) >= quotaFor(limit, request))
    // No counter is at its cap: too few of the texts that were sent have been verified.
    const limit = reached ?? BREAKER
    return exhausted(limit, msToNextWindow(nowMs, limit.windowSeconds))
  }

  return {
    claim,
    verified: ({ country, address, hour }) => ({
      [`breakers/country/${hour}/${country}/verified`]: increment(1),
      [`breakers/address/${hour}/${address}/verified`]: increment(1),
    }),
  }
}

const quotaFor = ({ by, quota }: SmsLimit, { isRestricted = false }: SmsRequest): number =>
  by === 'install' && isRestricted ? Math.ceil(quota / 2) : quota

const COOLDOWN = { name: 'number-cooldown', quota: 1 }
const BREAKER = { name: 'unverified', quota: 0, windowSeconds: 3600 }

function exhausted(
  policy: Pick<SmsLimit, 'name' | 'quota' | 'windowSeconds'>,
  ms: number,
): ApiError {
  const resetSeconds = Math.max(1, Math.ceil(ms / 1000))
  return new ApiError('sms_budget_exhausted', {
    detail: policy.name,
    retryAfterSeconds: resetSeconds,
    headers: rateHeaders({ policy, remaining: 0, resetSeconds }),
  })
}

const windowOf = (nowMs: number, seconds: number): number => Math.floor(nowMs / (seconds * 1000))

const msToNextWindow = (nowMs: number, seconds: number): number =>
  seconds * 1000 - (nowMs % (seconds * 1000))

const cooldownPath = (accountId: string): string => `cooldowns/${accountId}`

const counterPath = (limit: SmsLimit, key: Record<Counted, string>, nowMs: number): string =>
  `budgets/${limit.name}/${windowOf(nowMs, limit.windowSeconds)}/${key[limit.by]}`
