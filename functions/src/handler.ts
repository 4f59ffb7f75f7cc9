import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '@latchkey/protocol'
import { parseTarget, type Target } from '@latchkey/protocol'
import { withDeadline } from './deadline.ts'
import type { OpenBody } from './encryption/encryptedBodies.ts'
import type { EncryptionMode } from './encryptionSettings.ts'
import type { CheckKey, Denial, Guard, GuardPolicy, Inspect, Verdict } from './guard/guard.ts'
import type { Call } from './guard/verifySignature.ts'
import type { RateLimit } from './http/rateLimit.ts'
import {
  answerJson,
  answerPreflight,
  answerProblem,
  answerRelayed,
  type HeaderMap,
} from './http/answer.ts'
import { ApiError, type ApiErrorOptions } from './http/apiError.ts'
import type { ApiRequest, Gate, Settle } from './http/apiRequest.ts'
import type { AddressOf } from './http/clientAddress.ts'
import { rateHeaders } from './http/rateHeaders.ts'
import { makeLargeBodies, mayBeLarge } from './http/largeBodies.ts'
import { BODY_BYTES_MAX, readBody, UNREAD } from './http/readBody.ts'
import type { MeetWebCaller } from './http/webCallers.ts'
import type { RecordUse } from './installs/recordUse.ts'
import { describeError, type Log } from './log.ts'
import { makeRefusalLog } from './refusalLog.ts'
import { proceed } from './proceed.ts'
import { loadRouter, type RunRoute } from './router.ts'
import { PROXY_PATH, REGISTRATION_PATH, type Route } from './routes.ts'
import type { Usage } from './usage/usage.ts'

export interface HandlerParts {
  readonly routes: readonly Route[]
  readonly meetWebCaller: MeetWebCaller
  /** What a route demands to know of the program that calls; asked once for each route. */
  readonly gateOf: (route: Route) => Gate | undefined
  /** What it demands of an install that was stepped up; undefined where no provider could be satisfied. */
  readonly strictGateOf: (route: Route) => Gate | undefined
  /** What a route makes of encrypted bodies; undefined where it takes none. */
  readonly encryptionOf: (route: Route) => EncryptionMode | undefined
  /** Loaded by the first request of an install that has asked for encryption. */
  readonly openBody: OpenBody
  readonly guard: Guard
  readonly checkKey: CheckKey
  /** Undefined when there is nothing to write, which is nearly always. */
  readonly recordUse: RecordUse
  readonly addressLimit: RateLimit
  readonly usage: Pick<Usage, 'admitted' | 'refused' | 'forged' | 'around'>
  readonly log: Log
  /** Unix milliseconds. */
  readonly now: () => number
  readonly addressOf: AddressOf
  readonly settings: { readonly errorsUrl: string }
}

/**
 * The entry: the same under the functions framework and under a plain `node:http` server. Answers at
 * once where nothing has to be waited for; never throws, never rejects.
 */
export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>

/** Why a request ends without its handler's answer; `reason` and `keyId` are for the log. */
interface Refusal extends ApiErrorOptions {
  readonly code: ErrorCode
  readonly reason: string
  readonly keyId?: string | undefined
  /** As of `Denial`. */
  readonly claimedKeyId?: string
  readonly members?: Readonly<Record<string, unknown>> | undefined
}

/** A request that goes to its handler, and what the headers of the answer will say of its rate. */
interface Admitted {
  readonly rateHeaders: HeaderMap
}

/** A call on its way through the guard, with what the gate has left to be done last. */
interface SignedCall extends Call {
  readonly req: ApiRequest
  readonly route: Route
  settle: Settle | void
}

/** What the settings say of a route. */
interface Demands {
  readonly gate: Gate | undefined
  readonly encryption: EncryptionMode | undefined
}

/** What was found for a request. */
interface Passage {
  readonly target: Target
  readonly route: Route
}

/**
 * Route policy -> guard -> Express Router -> the one writer of answers. In front of the Router,
 * because a request that is refused must not pay for it.
 */
export function makeHandler(parts: HandlerParts): RequestHandler {
  const { meetWebCaller, guard, checkKey, openBody, recordUse, addressOf, addressLimit } = parts
  const { usage, log, now, settings } = parts
  const table = tabulate(parts.routes)
  const demands = new Map<Route, Demands>(
    parts.routes.map((route) => [
      route,
      { gate: parts.gateOf(route), encryption: parts.encryptionOf(route) },
    ]),
  )
  const strictGates = new Map(parts.routes.map((route) => [route, parts.strictGateOf(route)]))
  const logRefusal = makeRefusalLog(log)
  const largeBodies = makeLargeBodies()
  let run: RunRoute | undefined

  const admit = (
    req: ApiRequest,
    { target, route }: Passage,
  ): Admitted | Refusal | Promise<Admitted | Refusal> => {
    if (route.guard === 'open') return UNRATED
    if (route.guard === 'limited') return admitAddress(req)
    return admitSigned(req, { target, route }, route.guard)
  }

  const admitAddress = (req: ApiRequest): Admitted | Refusal => {
    const verdict = addressLimit.take(addressOf(req.incoming), now())
    // How much an address has left is not told: others may share it.
    if (verdict.allowed) return UNRATED
    return {
      code: 'rate_limited',
      reason: 'client address',
      retryAfterSeconds: verdict.resetSeconds,
      headers: rateHeaders({ ...verdict, policy: addressLimit.policy }),
    }
  }

  const admitSigned = (req: ApiRequest, { target, route }: Passage, policy: GuardPolicy) => {
    const { rawBody: body } = req
    const { method = '', rawHeaders } = req.incoming
    const nowMs = now()
    const call: SignedCall = { method, target, rawHeaders, body, req, route, settle: undefined }
    return proceed(guard(call, policy, nowMs, passGate), (verdict) => {
      const { settle } = call
      if (!verdict.admitted || settle === undefined) return follow(req, verdict, nowMs)
      return settle().then(() => follow(req, verdict, nowMs))
    })
  }

  /** Asks the route's gate, if it has one; of an install that was stepped up, the strict one. */
  const passGate: Inspect<SignedCall> = (install, call, isRestricted) => {
    const { req, route } = call
    const gate = isRestricted ? strictGates.get(route) : req.gate
    if (gate === undefined) return
    req.install = install
    return proceed(gate(req), (left) => {
      call.settle = left
    })
  }

  const follow = (
    req: ApiRequest,
    verdict: Verdict,
    nowMs: number,
  ): Admitted | Refusal | Promise<Admitted> => {
    if (!verdict.admitted) return explainDenial(verdict)
    req.install = verdict.install
    usage.admitted(verdict.install.keyId, nowMs, req.incoming)
    const admitted = { rateHeaders: rateHeaders(verdict.rate) }
    const recorded = recordUse(verdict.install, nowMs, req.attestation)
    if (recorded === undefined) return admitted
    return recorded.then((install) => {
      req.install = install
      return admitted
    })
  }

  const refuse = (req: ApiRequest, res: ServerResponse, refusal: Refusal): void | Promise<void> => {
    const { code, reason, keyId } = refusal
    const { requestId, routePath: route } = req
    const nowMs = now()
    usage.refused(code, nowMs, keyId ?? req.install?.keyId)
    countForBehaviour(req, refusal, nowMs)
    const refused = { event: 'refused', requestId, route, code, reason } as const
    logRefusal(keyId === undefined ? refused : { ...refused, keyId }, nowMs)
    const { errorsUrl } = settings
    const sealed = answerProblem(res, requestId, errorsUrl, refusal, req.seal)
    // What was to be encrypted is not said in the clear instead.
    return sealed?.catch(() => answerProblem(res, requestId, errorsUrl, { code: 'internal' }))
  }

  /** What a refusal says of a network, and of a key that has not signed it. */
  const countForBehaviour = (req: ApiRequest, { code, claimedKeyId }: Refusal, nowMs: number) => {
    if (claimedKeyId !== undefined) usage.forged(claimedKeyId, nowMs, req.incoming)
    if (req.routePath !== REGISTRATION_PATH || code === 'unavailable' || code === 'internal') return
    usage.around(code === 'otp_rejected' ? 'otp' : 'refused', nowMs, req.incoming)
  }

  const findRun = (): RunRoute | Promise<RunRoute> =>
    run ?? loadRouter(parts.routes).then((loaded) => (run = loaded))

  const serve = (req: ApiRequest, res: ServerResponse, passage: Passage): void | Promise<void> => {
    req.routePath = passage.route.path
    const { gate, encryption } = demands.get(passage.route)!
    req.gate = gate
    req.target = passage.target
    const { bodyBytesMax = BODY_BYTES_MAX } = passage.route
    const work = (body: Buffer): void | Promise<void> => {
      req.rawBody = body
      return proceed(admit(req, passage), (admission) => {
        if ('code' in admission) return refuse(req, res, admission)
        // Nearly no install has any encryption, and then this is all that it costs.
        if (req.install?.encryption === undefined && encryption !== 'require') {
          return answer(req, res, passage.route, admission)
        }
        return answerSealed(req, res, passage.route, admission, encryption)
      })
    }
    if (bodyBytesMax > BODY_BYTES_MAX && mayBeLarge(req.incoming)) {
      return serveLarge(req, res, bodyBytesMax, work)
    }
    return proceed(readBody(req.incoming, bodyBytesMax), work)
  }

  /** Whoever has no genuine key has no memory of ours for it; whoever has one, a part of what all have. */
  const serveLarge = (
    req: ApiRequest,
    res: ServerResponse,
    bytesMax: number,
    work: (body: Buffer) => void | Promise<void>,
  ): void | Promise<void> => {
    const denial = checkKey(req.incoming.rawHeaders, now())
    if (denial === undefined) return largeBodies.read(req.incoming, res, bytesMax, work)
    const { code, reason } = denial
    return refuse(req, res, { code, reason, headers: UNREAD })
  }

  const answerSealed = async (
    req: ApiRequest,
    res: ServerResponse,
    route: Route,
    admission: Admitted,
    mode: EncryptionMode | undefined,
  ): Promise<void> => {
    if (mode !== undefined) req.seal = await openBody(req, mode)
    await answer(req, res, route, admission)
  }

  const answer = (
    req: ApiRequest,
    res: ServerResponse,
    route: Route,
    { rateHeaders: rated }: Admitted,
  ): void | Promise<void> => {
    return proceed(findRun(), (found) =>
      proceed(found(route, req), (answered) => {
        if ('content' in answered) return answerRelayed(res, req.requestId, answered, rated)
        const { status, body, headers } = answered
        const all = headers ? { ...rated, ...headers } : rated
        return answerJson(res, req.requestId, status, body, all, req.seal)
      }),
    )
  }

  return (incoming, res) => {
    const req: ApiRequest = {
      requestId: randomUUID(),
      incoming,
      headers: incoming.headers,
      routePath: '',
      target: undefined,
      rawBody: NO_BODY,
      install: undefined,
      gate: undefined,
      attestation: undefined,
      seal: undefined,
    }
    const fail = (error: unknown) => refuse(req, res, explainError(error, req.requestId, log))
    try {
      if (meetWebCaller(incoming, res)) return answerPreflight(res, req.requestId)
      const passage = findRoute(table, incoming)
      const serving = serve(req, res, passage)
      if (!(serving instanceof Promise)) return undefined
      const { beginMs = REQUEST_DEADLINE_MS } = passage.route
      return withDeadline('request', beginMs, serving).catch(fail)
    } catch (error) {
      return fail(error)
    }
  }
}

/**
 * For all that a request waits for until its answer begins, its body included: every operation has a
 * deadline of its own, but several in turn could pass the 10 s in which each request is answered (threat
 * T26). A route that waits for somebody else says itself how long.
 */
const REQUEST_DEADLINE_MS = 9000

const NO_BODY = Buffer.alloc(0)

const UNRATED: Admitted = { rateHeaders: {} }

type RouteTable = ReadonlyMap<string, ReadonlyMap<string, Route>>

function tabulate(routes: readonly Route[]): RouteTable {
  const table = new Map<string, Map<string, Route>>()
  for (const route of routes) {
    const methods = table.get(route.path) ?? new Map<string, Route>()
    table.set(route.path, methods.set(route.method, route))
  }
  return table
}

/** @throws ApiError `invalid_request`, `not_found`, `method_not_allowed` */
function findRoute(table: RouteTable, req: IncomingMessage): Passage {
  const target = parseTarget(req.url ?? '')
  if (target === null) throw new ApiError('invalid_request', { detail: 'target' })
  const methods = table.get(target.path) ?? table.get(aboveOf(target.path))
  if (methods === undefined) throw new ApiError('not_found', { detail: 'path' })
  const route = methods.get(req.method ?? '')
  if (route === undefined) {
    const headers = { Allow: [...methods.keys()].join(', ') }
    throw new ApiError('method_not_allowed', { detail: 'method', headers })
  }
  return { target, route }
}

/**
 * What takes a path that no route has for itself: `/api/proxy/{upstream}/`, for all that is below. Asked
 * for last, so that the other routes do not pay for it.
 */
function aboveOf(path: string): string {
  if (!path.startsWith(PROXY_PATH)) return ''
  return path.slice(0, path.indexOf('/', PROXY_PATH.length) + 1)
}

/** What a denial says in public: its code, and what the sender needs to do better. */
function explainDenial(denial: Denial): Refusal {
  const { code, reason, keyId, serverTime, rate } = denial
  // Nothing has verified, so there is no more to say. A flood is of these: a refused request must not cost
  // more than an accepted one.
  if (keyId === undefined) return denial
  const headers = serverTime ? { 'Server-Time': serverTime.header } : rate && rateHeaders(rate)
  const members = serverTime && { serverTime: serverTime.unixSeconds }
  const retryAfterSeconds = code === 'unavailable' ? 2 : rate?.resetSeconds
  return { code, reason, keyId, headers, members, retryAfterSeconds }
}

/** A fault that nobody foresaw is `internal`, without a word about it in the answer. */
function explainError(error: unknown, requestId: string, log: Log): Refusal {
  if (error instanceof ApiError) {
    return { ...error.options, code: error.code, reason: error.message }
  }
  log({ event: 'failed', requestId, error: describeError(error) })
  return { code: 'internal', reason: 'unforeseen' }
}
