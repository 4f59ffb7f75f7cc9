import { PageError } from '../app/pageError.ts'
import type { Trial } from '../trials/trial.ts'
import { FORECAST } from './askWeather.ts'

/** More than a local run has instances, each of which keeps answers of its own. */
const CALLS_MAX = 10

export const askAgain: Trial = {
  id: 'weather-again',
  title: 'Ask once more',
  tried:
    'The upstream lets its answer be kept for a minute, and the route says that all may share it.',
  expected: 200,
  why: 'Signature, scope and limit were checked as for the first call; only then an answer that is kept may do (RFC 9111). Cache-Status and Age say that it is one. Each instance keeps its own, so it may take two calls.',
  run: async ({ latchkey }) => {
    for (let call = 1; call <= CALLS_MAX; call += 1) {
      const { ok, headers } = await latchkey.fetch(FORECAST)
      if (!ok || headers.has('Age')) return
    }
    throw new PageError(`None of ${CALLS_MAX} answers was a kept one.`)
  },
  told: ({ headers }) => `Kept ${headers.get('Age')} s ago: the upstream was not asked.`,
}
