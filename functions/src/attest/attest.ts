import type { Provider } from '../attestSettings.ts'
import { proceed } from '../proceed.ts'
import { refuse, type Attestor, type AttestRequest, type AttestVerdict } from './attestation.ts'

/** A verdict, and whose. */
export interface Examined {
  readonly provider: Provider | 'none'
  readonly verdict: AttestVerdict
}

/** Asks the provider whose token a request carries. Never throws for what a caller can send. */
export type Attest = (request: AttestRequest, nowMs: number) => Examined | Promise<Examined>

/** @param attestors in the order in which they are looked for */
export function makeAttest(attestors: readonly (readonly [Provider, Attestor])[]): Attest {
  return (request, nowMs) => {
    for (const [provider, attestor] of attestors) {
      const token = request.headers[attestor.header]
      if (token === undefined || token === '') continue
      // Node joins what comes twice with a comma, which is in no token.
      const verdict = attestor.attest(String(token), request, nowMs)
      return proceed(verdict, (found) => ({ provider, verdict: found }))
    }
    return { provider: 'none', verdict: refuse('missing') }
  }
}
