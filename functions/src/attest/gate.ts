import { modeOf, type AttestGroup, type AttestMode } from '../attestSettings.ts'
import { ApiError } from '../http/apiError.ts'
import type { ApiRequest, Gate } from '../http/apiRequest.ts'
import type { AttestationRecord } from '../installs/install.ts'
import { describeError, type Log } from '../log.ts'
import { proceed } from '../proceed.ts'
import { makeRefusalLog } from '../refusalLog.ts'
import type { Attestation, AttestRefusal } from './attestation.ts'
import type { Attest, Examined } from './attest.ts'

export interface GateParts {
  readonly settings: {
    /** By group or path. */
    readonly attest: ReadonlyMap<string, AttestMode>
    readonly attestOnce: ReadonlySet<string>
  }
  /** The providers are loaded by the first request of a route that is not off. */
  readonly load: () => Promise<Attest>
  readonly count: (outcome: string, nowMs: number, keyId?: string) => void
  readonly log: Log
  /** Unix milliseconds. */
  readonly now: () => number
}

interface Place {
  readonly path: string
  readonly attest?: AttestGroup
}

/** As `unavailable` elsewhere: long enough for a reconnection, short enough that a person still waits. */
const RETRY_AFTER_SECONDS = 2

/** @param mode else what ATTEST says of the route */
export type MakeGate = (place: Place, mode?: AttestMode) => Gate | undefined

/** The gate of each route, or undefined where it is off: then nothing is left of all this. */
export function makeGates(parts: GateParts): MakeGate {
  const { settings, load, count, log, now } = parts
  const logRefusal = makeRefusalLog(log)
  let loaded: Attest | undefined

  const ready = (): Attest | Promise<Attest> => loaded ?? load().then((attest) => (loaded = attest))

  return (place, mode = modeOf(place, settings.attest)) => {
    if (mode === 'off') return undefined
    const { attestOnce } = settings
    const once = attestOnce.has(place.path) || attestOnce.has(place.attest ?? '')
    const action = actionOf(place.path)

    const conclude = (
      req: ApiRequest,
      provider: Examined['provider'],
      verdict: Attestation | AttestRefusal,
    ): void => {
      const nowMs = now()
      const record = recordOf(provider, verdict, nowMs)
      req.attestation = record
      count(`${provider}-${record.outcome}`, nowMs, req.install?.keyId)
      if (!('refused' in verdict)) return
      const reason = `${provider}: ${verdict.refused}`
      const code = record.outcome === 'unreachable' ? 'unavailable' : 'attestation_failed'
      if (mode === 'enforce') {
        const again = code === 'unavailable' && { retryAfterSeconds: RETRY_AFTER_SECONDS }
        throw new ApiError(code, { detail: reason, ...again })
      }
      const { requestId, routePath: route } = req
      logRefusal({ event: 'observed', requestId, route, code, reason }, nowMs)
    }

    const examine = (req: ApiRequest) =>
      proceed(ready(), (attest) => {
        const { headers } = req
        // Of open routes nobody has looked at the key.
        const apiKey = req.install && (headers['x-api-key'] as string)
        return attest({ headers, apiKey, action, once }, now())
      })

    return (req) => {
      const follow = ({ provider, verdict }: Examined) => {
        if (!('redeem' in verdict)) return conclude(req, provider, verdict)
        return async () => conclude(req, provider, await verdict.redeem())
      }
      const examined = examine(req)
      if (!(examined instanceof Promise)) return follow(examined)
      return examined.then(follow, (error: unknown) => {
        // A secret that is not what it must be. It is for the operator, and nobody is let in by it.
        log({ event: 'failed', requestId: req.requestId, error: describeError(error) })
        return conclude(req, 'none', { refused: 'unreachable' })
      })
    }
  }
}

function recordOf(
  provider: Examined['provider'],
  verdict: Attestation | AttestRefusal,
  at: number,
): AttestationRecord {
  if (!('refused' in verdict)) return { outcome: 'attested', provider, appId: verdict.appId, at }
  const { refused } = verdict
  const outcome = refused === 'missing' || refused === 'unreachable' ? refused : 'rejected'
  return { outcome, provider, at }
}

/** `/api/password/reset` is asked for as `password_reset`: reCAPTCHA takes letters and `_`. */
export const actionOf = (path: string): string =>
  path.slice('/api/'.length).replace(/[^A-Za-z]+/g, '_')
