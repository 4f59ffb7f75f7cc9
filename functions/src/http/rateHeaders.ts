import type { HeaderMap } from './answer.ts'

/** The part of a limit's state that is told to the client. */
export interface RateReport {
  readonly policy: { readonly name: string; readonly quota: number; readonly windowSeconds: number }
  readonly remaining: number
  readonly resetSeconds: number
}

type Policy = RateReport['policy']

/** There are few policies, and every answer tells one. */
const texts = new WeakMap<Policy, string>()

function textOf(policy: Policy): string {
  let text = texts.get(policy)
  if (text === undefined) {
    text = `"${policy.name}";q=${policy.quota};w=${policy.windowSeconds}`
    texts.set(policy, text)
  }
  return text
}

/** `RateLimit-Policy` and `RateLimit` (IETF draft ratelimit-headers, structured fields). */
export function rateHeaders({ policy, remaining, resetSeconds }: RateReport): HeaderMap {
  return {
    'RateLimit-Policy': textOf(policy),
    RateLimit: `"${policy.name}";r=${remaining};t=${resetSeconds}`,
  }
}
