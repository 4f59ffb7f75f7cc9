import { forEverybody, type Case } from '../case.ts'
import { omit, type Values } from '../values.ts'
import { AUDIT, DAY_MS, FEED, KEY, NONCE, NOW, PLACE, WINDOW } from '../world.ts'
import { auditEntry, challengeOf, credentialOf, feedEntry, installOf, otpOf } from '../world.ts'
import { usageOf } from '../world.ts'
import { claim, increment } from '../writes.ts'

const claimed = claim(PLACE.pending)
/** All of a claim but this path is done already, so that what this path asks for can be seen alone. */
const restOfClaim = (path: string): Values => omit(claimed, path)

const claimedBy = `${challengeOf(PLACE.pending)}/claimedBy`
const next = installOf(KEY.next)

/** Something the backend may write at each place that has a `.write`; nobody else may. */
const WRITABLE: readonly (readonly [path: string, value: unknown, given?: Values])[] = [
  [otpOf(PLACE.pending), null, restOfClaim(otpOf(PLACE.pending))],
  [credentialOf(PLACE.revoked), null],
  [challengeOf(PLACE.claimed), null],
  [`${challengeOf(PLACE.pending)}/attempts`, increment(1)],
  [`${challengeOf(PLACE.pending)}/ownAttempts`, increment(1)],
  [claimedBy, KEY.next, restOfClaim(claimedBy)],
  [next, claimed[next], restOfClaim(next)],
  [`${installOf(KEY.active)}/status`, 'suspended'],
  [`${installOf(KEY.active)}/reason`, 'by its install'],
  [`${installOf(KEY.active)}/lastUsedAt`, NOW],
  [`${installOf(KEY.active)}/attestation`, { outcome: 'missing', provider: 'none', at: NOW }],
  [
    `${installOf(KEY.revoked)}/encryption`,
    null,
    { [`${installOf(KEY.revoked)}/encryption`]: { kind: 'device-key', publicKey: 'x' } },
  ],
  [
    `${installOf(KEY.superseded)}/graceUntil`,
    NOW,
    { [`${installOf(KEY.superseded)}/graceUntil`]: null },
  ],
  [installOf(KEY.ended), null],
  [`${installOf(KEY.unused)}/unusedSince`, null],
  [`${installOf(KEY.unused)}/firstUsedAt`, NOW - 1000],
  [
    `${installOf(KEY.dormant)}/dormantFrom`,
    NOW - 1000,
    { [`${installOf(KEY.dormant)}/dormantFrom`]: null },
  ],
  [`${installOf(KEY.superseded)}/removeAfter`, NOW + DAY_MS],
  [`audit/${AUDIT.next}`, auditEntry()],
  ['sweeps/cursor', { lastUsedAt: NOW, keyId: KEY.active }],
  ['sweeps/usageDay', 1],
  ['shard', 2],
  [usageOf(KEY.active), null],
  [`${usageOf(KEY.active)}/lastAt`, NOW],
  [`${usageOf(KEY.active)}/requests`, increment(3)],
  [`${usageOf(KEY.active)}/refused/replayed`, increment(1)],
  [`${usageOf(KEY.active)}/attested/approov-attested`, increment(1)],
  [`${usageOf(KEY.active)}/hours/09`, increment(1)],
  [`${usageOf(KEY.active)}/networks/abcdefgh`, increment(1)],
  [`${installOf(KEY.claimed)}/pickupBy`, null, { [credentialOf(PLACE.claimed)]: null }],
  [`nonces/${WINDOW.minute}`, null],
  [`nonces/${WINDOW.minute}/${NONCE.next}`, true],
  [`revocations/${FEED.next}`, feedEntry()],
  [`revocations/${FEED.old}`, null],
  [`limits/challenges/${WINDOW.minute}`, null],
  [`limits/challenges/${WINDOW.minute}/ada`, increment(1)],
  [`limits/otpAttempts/${WINDOW.day}`, null],
  [`limits/otpAttempts/${WINDOW.day}/ada`, increment(1)],
  [`limits/keys/${WINDOW.day}`, null],
  [`limits/keys/${WINDOW.day}/ada`, increment(1)],
]

/** Nobody writes or removes anything here. */
const CLOSED: readonly string[] = [
  '',
  'users',
  'users/ada',
  'users/backend',
  `users/${PLACE.pending}`,
  `users/${PLACE.pending}/note`,
  `${otpOf(PLACE.pending)}/code`,
  `${credentialOf(PLACE.claimed)}/hmacSecret`,
  'challenges',
  'challenges/ada',
  'challenges/backend',
  `${challengeOf(PLACE.pending)}/id`,
  `${challengeOf(PLACE.pending)}/expiresAt`,
  'installs',
  installOf(KEY.active),
  ...['uid', 'slot', 'place', 'scopes', 'scopes/admin', 'createdAt', 'masterVersion'].map(
    (field) => `${installOf(KEY.active)}/${field}`,
  ),
  'nonces',
  `nonces/${WINDOW.minute}/${NONCE.first}`,
  'revocations',
  `revocations/${FEED.recent}`,
  'audit',
  `audit/${AUDIT.old}`,
  'sweeps',
  'usage',
  `usage/${WINDOW.day}`,
  usageOf(KEY.bobs),
  `${usageOf(KEY.bobs)}/refused`,
  'limits',
  'limits/challenges',
  'limits/otpAttempts',
  'limits/keys',
  'limits/others',
  'accounts',
  'accounts/ada',
  'unlisted',
  'unlisted/below',
]

export const whoWrites: readonly Case[] = [
  ...WRITABLE.flatMap(([path, value, given]) => {
    const title = `${value === null ? 'removes' : 'writes'} /${path}`
    return forEverybody(title, { write: { [path]: value } }, ['the backend'], given)
  }),
  ...CLOSED.flatMap((path) => [
    ...forEverybody(`sets /${path}`, { write: { [path]: { x: true } } }, []),
    ...forEverybody(`empties /${path}`, { write: { [path]: null } }, []),
  ]),
]
