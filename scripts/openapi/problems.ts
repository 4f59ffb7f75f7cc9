import type { ResponseConfig } from '@asteasolutions/zod-to-openapi'
import { ERRORS, type ErrorCode } from '@latchkey/protocol'
import type { Ref } from './components.ts'
import { ENCRYPTED } from './encrypted.ts'
import type { AnswerHeader } from './headers.ts'
import { OF_SIGNED_ROUTES } from './codesOf.ts'

/** The errors of one status that an operation can answer, and the name that they have in the document. */
export interface Problems {
  readonly status: number
  readonly name: string
  readonly codes: readonly ErrorCode[]
  /** Of an operation that takes encrypted bodies: what comes after decryption is encrypted. */
  readonly canBeEncrypted: boolean
}

/** An operation's codes by status, each with those that the guard refuses first. */
export function problemsOf(codes: readonly ErrorCode[], canBeEncrypted = false): Problems[] {
  const byStatus = new Map<number, Set<ErrorCode>>()
  for (const code of codes) {
    const { status } = ERRORS[code]
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code))
  }
  return [...byStatus]
    .sort(([one], [other]) => one - other)
    .map(([status, some]) => ({
      status,
      name: `${nameOf(some)}${canBeEncrypted ? 'MaybeEncrypted' : ''}`,
      codes: [...some],
      canBeEncrypted,
    }))
}

/** Operations that answer the same codes share one response. */
function nameOf(codes: ReadonlySet<ErrorCode>): string {
  const isSigned = OF_SIGNED_ROUTES.every((code) => codes.has(code))
  const rest = [...codes].filter((code) => !isSigned || !OF_SIGNED_ROUTES.includes(code))
  return [...(isSigned ? ['SignatureRefused'] : []), ...rest.map(pascal)].join('Or')
}

const pascal = (code: string): string =>
  code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** `true`: always there. */
const HEADERS_OF: Partial<Record<ErrorCode, Partial<Record<AnswerHeader, boolean>>>> = {
  clock_skew: { 'Server-Time': true },
  method_not_allowed: { Allow: true },
  rate_limited: { 'Retry-After': true, 'RateLimit-Policy': false, RateLimit: false },
  sms_budget_exhausted: { 'Retry-After': true, 'RateLimit-Policy': true, RateLimit: true },
  conflict: { 'Retry-After': false },
  unavailable: { 'Retry-After': true },
  upstream_failed: { 'Proxy-Status': false },
  upstream_timeout: { 'Proxy-Status': false },
}

/** A header of a problem, and whether each of its codes has it. */
export function headersOf({ status, codes }: Problems): Map<AnswerHeader, boolean> {
  const found = new Map<AnswerHeader, boolean>([['X-Request-Id', true]])
  if (status === 401) found.set('WWW-Authenticate', true)
  for (const code of codes) {
    for (const name of Object.keys(HEADERS_OF[code] ?? {}) as AnswerHeader[]) {
      found.set(
        name,
        codes.every((each) => HEADERS_OF[each]?.[name] === true),
      )
    }
  }
  return found
}

export const problemResponse = (
  { status, codes, canBeEncrypted }: Problems,
  headers: Readonly<Record<string, Ref>>,
): ResponseConfig => {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].detail}`).join('\n\n'),
    headers,
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { properties: { status: { const: status }, code: { enum: [...codes] } } },
          ],
        },
        examples: Object.fromEntries(
          codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
        ),
      },
      ...(canBeEncrypted && ENCRYPTED),
    },
  }
}

/** What an error looks like, for every code. */
export const problemExample = (code: ErrorCode) => {
  const { status, title, detail } = ERRORS[code]
  return {
    summary: title,
    value: {
      type: `https://my-project.web.app/errors.html#${code}`,
      title,
      status,
      detail,
      code,
      requestId: 'b3f1c7de-7d10-4a1b-8c3d-4e5f60718293',
      ...(code === 'invalid_request' && {
        errors: [{ pointer: '#/phone', detail: 'must be a phone number in E.164 form' }],
      }),
      ...(code === 'clock_skew' && { serverTime: 1795300000 }),
    },
  }
}
