import type { HeaderMap } from './answer.ts'

/** The part of a limit's state that is told to the client. */
export interface RateReport {
  readonly policy: { readonly name: string; readonly quota: number; readonly windowSeconds: number }
  readonly remaining: number
  readonly resetSeconds: number
}

/** `RateLimit-Policy` and `RateLimit` (IETF draft ratelimit-headers, structured fields). */
export function rateHeaders({ policy, remaining, resetSeconds }: RateReport): HeaderMap {
  return {
    'RateLimit-Policy': `"${policy.name}";q=${policy.quota};w=${policy.windowSeconds}`,
    RateLimit: `"${policy.name}";r=${remaining};t=${resetSeconds}`,
  }
}
