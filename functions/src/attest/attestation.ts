import type { IncomingHttpHeaders } from 'node:http'
import type { Provider } from '../attestSettings.ts'

/** What a provider says of the program that calls. The key says which install; this says what it is. */
export interface Attestation {
  readonly provider: Provider
  /** Which app: Firebase's app ID, Approov's account, the host of the page. */
  readonly appId: string
  /** `app`: a genuine app on a sound device. `visitor`: a page's visitor who looks like a person. */
  readonly level: 'app' | 'visitor'
  /** Where the provider names its tokens. */
  readonly tokenId?: string
}

/** For the log and the counts; the caller is told no more than that he was refused. */
export type RefusalReason =
  | 'missing'
  | 'malformed'
  | 'algorithm'
  | 'key_unknown'
  | 'signature_wrong'
  | 'expired'
  | 'not_yet_valid'
  | 'issuer'
  | 'audience'
  | 'app'
  | 'other_key'
  | 'used'
  | 'rejected'
  | 'action'
  | 'host'
  | 'score'
  /** Nobody has decided anything: the provider could not be asked. */
  | 'unreachable'

export interface AttestRefusal {
  readonly refused: RefusalReason
}

/** Good so far; the rest is asked of the provider, which uses the token up. So it comes last of all. */
export interface Redeemable {
  redeem(): Promise<Attestation | AttestRefusal>
}

export type AttestVerdict = Attestation | AttestRefusal | Redeemable

/** A request as attestation sees it. */
export interface AttestRequest {
  readonly headers: IncomingHttpHeaders
  /** The API key that has signed it; none on open routes. */
  readonly apiKey: string | undefined
  /** The route as a word of letters and `_`, for providers that know what a token was asked for. */
  readonly action: string
  /** Whether a token that can be used up must be. */
  readonly once: boolean
}

/** One provider: a file beside this one, and a row in buildAttest.ts. */
export interface Attestor {
  /** Lower case; the request header that carries its token. */
  readonly header: string
  /** Verifies without spending anything. Never throws for what a caller can send. */
  attest(
    token: string,
    request: AttestRequest,
    nowMs: number,
  ): AttestVerdict | Promise<AttestVerdict>
}

export const refuse = (refused: RefusalReason): AttestRefusal => ({ refused })
