import { refuse, type Attestation, type AttestRefusal, type Attestor } from './attestation.ts'
import { fetchJson } from './fetchJson.ts'

export interface RecaptchaParts {
  /** The address of `siteverify`. */
  readonly url: string
  readonly secret: string
  readonly hosts: ReadonlySet<string>
  /** Hundredths. */
  readonly scoreMin: number
}

/** What reCAPTCHA's tokens consist of; they have 500 to 2,500 characters. */
const TOKEN = /^[A-Za-z0-9_-]{20,4096}$/

/** Questions under way at once: a flood of made-up tokens must not become one at Google, or hold our sockets. */
const ASKING_MAX = 50

/** https://developers.google.com/recaptcha/docs/verify */
interface SiteVerdict {
  readonly success?: unknown
  readonly score?: unknown
  readonly action?: unknown
  readonly hostname?: unknown
  readonly 'error-codes'?: unknown
}

/** The caller's faults. All others are of our own secret or request, and decide nothing about him. */
const TOKEN_FAULTS = new Set([
  'missing-input-response',
  'invalid-input-response',
  'timeout-or-duplicate',
  'browser-error',
])

/** reCAPTCHA v3: a page's visitor, by a score. The token says nothing itself: it is asked about, once. */
export function makeRecaptcha({ url, secret, hosts, scoreMin }: RecaptchaParts): Attestor {
  let asking = 0

  const ask = async (token: string): Promise<SiteVerdict | undefined> => {
    if (asking >= ASKING_MAX) return undefined
    asking += 1
    try {
      const body = new URLSearchParams({ secret, response: token })
      return (await fetchJson(url, { method: 'POST', body })) ?? undefined
    } catch {
      return undefined
    } finally {
      asking -= 1
    }
  }

  const judge = (verdict: SiteVerdict, action: string): Attestation | AttestRefusal => {
    const { success, score, hostname, 'error-codes': errors } = verdict
    if (success === false) {
      const codes = Array.isArray(errors) ? errors : []
      return refuse(
        codes.some((code) => TOKEN_FAULTS.has(String(code))) ? 'rejected' : 'unreachable',
      )
    }
    // Not what is documented: somebody else has answered, or a v2 key is set, which gives no score.
    if (success !== true || typeof score !== 'number') return refuse('unreachable')
    if (verdict.action !== action) return refuse('action')
    if (typeof hostname !== 'string' || !hosts.has(hostname)) return refuse('host')
    // Rounded: 0.29 * 100 is 28.999999999999996.
    if (!(Math.round(score * 100) >= scoreMin)) return refuse('score')
    return { provider: 'recaptcha', appId: hostname, level: 'visitor' }
  }

  return {
    header: 'x-recaptcha-token',
    attest: (token, { action }) => {
      if (!TOKEN.test(token)) return refuse('malformed')
      return {
        redeem: async () => {
          const verdict = await ask(token)
          return verdict === undefined ? refuse('unreachable') : judge(verdict, action)
        },
      }
    },
  }
}
