import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Target } from '@latchkey/protocol'
import type { AttestationRecord, Install } from '../installs/install.ts'
import type { HeaderMap, Relayed, Seal } from './answer.ts'

/** A request that has passed its route's guard. */
export interface ApiRequest {
  readonly requestId: string
  /** Nothing is added to it: under a framework that has changed its prototype each new property is dear. */
  readonly incoming: IncomingMessage
  /** Those of the plaintext, once an encrypted body has been opened. */
  headers: IncomingHttpHeaders
  /** The route's path for the log; empty until it is found, as what was asked for may hold anything. */
  routePath: string
  /** What was asked for, in the canonical form that was signed; undefined until it is found good. */
  target: Target | undefined
  rawBody: Buffer
  /** Whose key has signed it; on signed routes only. */
  install: Install | undefined
  /** What its route demands to know of the program that calls; undefined where that is off. */
  gate: Gate | undefined
  /** What the gate has found out. */
  attestation: AttestationRecord | undefined
  /** What its answer is encrypted with, from then on whatever it is; undefined nearly always. */
  seal: Seal | undefined
}

/**
 * Finds out what calls, without spending anything; what must be spent is left to `Settle`, which comes
 * last of all. The guard of a signed route sees to both, the handler of an open one has to.
 * @throws ApiError `attestation_failed`, `unavailable`, also by the promise
 */
export type Gate = (req: ApiRequest) => Settle | void | Promise<Settle | void>
export type Settle = () => Promise<void>

/** What a handler answers; errors are thrown as ApiError. */
export interface Answer<Body = unknown> {
  readonly status: number
  readonly body: Body
  readonly headers?: HeaderMap
}

/** What a handler answers with: JSON of its own, or what another service has said. */
export type Answered = Answer | Relayed

export type Handler = (req: ApiRequest) => Answered | Promise<Answered>

/** The install of a signed route's request. */
export function installOf(req: ApiRequest): Install {
  if (req.install === undefined) throw new TypeError('this route is not behind the guard')
  return req.install
}
