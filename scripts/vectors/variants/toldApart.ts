import { formatServerTime, HEADERS, serverTimeText, TOLERANCES } from '@latchkey/protocol'
import { CREDENTIAL, hmacOf, NOW } from '../install.ts'
import type { Change, Refused } from './change.ts'
import { GOOD, NONCE, resigned } from './good.ts'

const { pastSeconds, futureSeconds } = TOLERANCES

/** What is told apart: the sender's plain mistakes, and what only the holder of the secret hears. */
export const TOLD_APART: readonly Refused[] = [
  // The sender's plain mistakes.
  ...(
    [['apiKey'], ['signatureInput'], ['signature'], ['contentType'], ['contentDigest']] as const
  ).map(([name]): Refused => ({
    title: `${HEADERS[name]} twice`,
    code: 'invalid_request',
    reason: 'header_duplicated',
    moreHeaders: [[HEADERS[name], GOOD.headers[HEADERS[name]]!]],
  })),
  { title: 'a dot segment', code: 'invalid_request', reason: 'target', target: '/api/./login?a=b' },
  { title: 'an empty query', code: 'invalid_request', reason: 'target', target: '/api/login?' },
  // After the signature has verified.
  ...skewed('a second too old', 'stale', { serverSeconds: NOW + pastSeconds + 1 }),
  ...skewed('a day too old', 'stale', { serverSeconds: NOW + 86_400 }),
  ...skewed('a second too early', 'future', { serverSeconds: NOW - futureSeconds - 1 }),
  ...skewed('expired a second ago', 'expired', {
    headers: resigned(`;created=${NOW}`, `;created=${NOW};expires=${NOW - 1}`),
  }),
  { title: 'sent twice', code: 'replayed', reason: 'replayed', isRepeated: true },
  ...(['revoked', 'suspended', 'superseded'] as const).map((status): Refused => {
    const code = `key_${status}` as const
    return { title: `a key that is ${status}`, code, reason: code, record: { status } }
  }),
  {
    title: 'a key whose record is gone',
    code: 'key_revoked',
    reason: 'record_missing',
    record: null,
  },
  {
    title: 'a key without the scope',
    code: 'scope_missing',
    reason: 'scope_missing',
    record: { scopes: null },
  },
]

/** Refused for its time, and told the server's. */
function skewed(title: string, reason: string, change: Change) {
  const unixSeconds = change.serverSeconds ?? NOW
  const mac = hmacOf(CREDENTIAL)(serverTimeText(unixSeconds, NONCE))
  const serverTime = formatServerTime({ unixSeconds, mac })
  return [{ title, code: 'clock_skew' as const, reason, ...change, serverTime }]
}
