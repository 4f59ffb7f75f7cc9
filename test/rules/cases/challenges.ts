import { allowed, denied, variations, type Case } from '../case.ts'
import { changed, omit, type Values } from '../values.ts'
import { CHALLENGE, DAY_MS, KEY, MARGIN_MS, NOW, PLACE, challengeOf } from '../world.ts'
import { credentialOf, install, installOf, otp, otpOf } from '../world.ts'
import { claim, increment, start } from '../writes.ts'
import { badTextsAt, without } from './texts.ts'

const otpPath = otpOf(PLACE.empty)
const path = challengeOf(PLACE.empty)

const starting = variations({
  title: 'starts a challenge',
  write: start(PLACE.empty),
  good: {
    'the code ends at the latest time': { [`${otpPath}/expiresAt`]: NOW + 120_000 },
    'of a clock that is a minute ahead': { [`${path}/createdAt`]: NOW + MARGIN_MS },
    'it lives for the longest time': { [`${path}/expiresAt`]: NOW - 1000 + 60_000 },
    'it ends in a millisecond': { [`${path}/expiresAt`]: NOW + 1 },
  },
  bad: {
    'the code is not dropped': { [otpPath]: undefined },
    ...without('the drop', otpPath, ['code', 'expiresAt']),
    ...badTextsAt(`${otpPath}/code`, '12345678', 'x'),
    'the code is a number': { [`${otpPath}/code`]: 12345678 },
    'the code ends later': { [`${otpPath}/expiresAt`]: NOW + 120_001 },
    'the drop holds more': { [`${otpPath}/note`]: 'x' },
    'the challenge is not written': { [path]: undefined },
    ...without('the challenge', path, [
      ...['id', 'createdAt', 'expiresAt'],
      ...['attempts', 'ownAttempts', 'masterVersion'],
    ]),
    ...badTextsAt(`${path}/id`, CHALLENGE.next, 'E'),
    'of a clock that is further ahead': { [`${path}/createdAt`]: NOW + MARGIN_MS + 1 },
    'it lives longer': { [`${path}/expiresAt`]: NOW - 1000 + 60_001 },
    'it is over': { [`${path}/expiresAt`]: NOW },
    'an attempt is counted already': { [`${path}/attempts`]: 1 },
    'an attempt is given': { [`${path}/attempts`]: -1 },
    'an own attempt is counted already': { [`${path}/ownAttempts`]: 1 },
    'an own attempt is given': { [`${path}/ownAttempts`]: -1 },
    'of master version 0': { [`${path}/masterVersion`]: 0 },
    'it holds more': { [`${path}/note`]: 'x' },
    'it is claimed from the start': {
      ...omit(claim(PLACE.empty, { challengeId: CHALLENGE.next }), `${path}/claimedBy`),
      [`${path}/claimedBy`]: KEY.next,
    },
  },
})

const LONGEST_UID = 'a'.repeat(128)
const places: readonly Case[] = [
  allowed('starts one for the longest UID', start(`${LONGEST_UID}/${'s'.repeat(22)}`)),
  denied('starts one for a longer UID', start(`${LONGEST_UID}a/${'s'.repeat(22)}`)),
  denied('starts one for a UID with a space', start(`a b/${'s'.repeat(22)}`)),
  denied('starts one in a longer slot', start(`ada/${'s'.repeat(23)}`)),
  denied('starts one in a shorter slot', start(`ada/${'s'.repeat(21)}`)),
  denied('starts one in a slot with a space', start(`ada/ ${'s'.repeat(21)}`)),
]

const expired = challengeOf(PLACE.expired)
const replacing: readonly Case[] = [
  ...variations({
    title: 'replaces an expired challenge',
    write: start(PLACE.expired),
    bad: {
      'it has no ID': { [`${expired}/id`]: undefined },
      'it keeps the ID': { [`${expired}/id`]: CHALLENGE.expired },
      'one attempt is counted already': { [`${expired}/attempts`]: 2 },
    },
  }),
  allowed('replaces a claimed challenge', start(PLACE.claimed)),
  denied('replaces a live challenge', start(PLACE.pending)),
  denied('replaces a live code', { [otpOf(PLACE.pending)]: { ...otp(), code: '87654321' } }),
  denied('removes a live code', { [otpOf(PLACE.pending)]: null }),
  denied('drops a code for a claimed challenge', { [otpOf(PLACE.claimed)]: otp() }),
  denied('drops a code for no challenge', { [otpOf(PLACE.empty)]: otp() }),
  denied('removes a live challenge with its code', remove(PLACE.pending)),
  allowed('removes an expired challenge with its code', remove(PLACE.expired)),
  denied('removes an expired challenge, not its code', { [expired]: null }),
  denied('lets an expired challenge live on', {
    [`${expired}/createdAt`]: NOW,
    [`${expired}/expiresAt`]: NOW + 60_000,
  }),
  denied('gives a claimed challenge back', {
    [`${challengeOf(PLACE.claimed)}/claimedBy`]: null,
    [otpOf(PLACE.claimed)]: otp(),
  }),
  denied('gives a claimed challenge back, with another ID and claimed at once', {
    ...claim(PLACE.claimed, { challengeId: CHALLENGE.next }),
    [`${challengeOf(PLACE.claimed)}/id`]: CHALLENGE.next,
  }),
]

/** The two counters of a challenge have the same rules. */
const counting = ['attempts', 'ownAttempts'].flatMap((counter): Case[] => {
  const count = (place: string, by = 1) => ({ [`${challengeOf(place)}/${counter}`]: increment(by) })
  const given = (value: number) => ({ [`${challengeOf(PLACE.pending)}/${counter}`]: value })
  return [
    allowed(`${counter}: counts the fifth`, count(PLACE.pending)),
    denied(`${counter}: counts a sixth`, count(PLACE.pending), given(5)),
    denied(`${counter}: counts two at once`, count(PLACE.pending, 2), given(1)),
    denied(`${counter}: counts back`, count(PLACE.pending, -1), given(1)),
    denied(`${counter}: begins anew`, given(0)),
    denied(`${counter}: counts for an expired challenge`, count(PLACE.expired)),
    denied(`${counter}: counts for a claimed challenge`, count(PLACE.claimed)),
    denied(`${counter}: counts for no challenge`, count(PLACE.empty)),
  ]
})

const claimPath = challengeOf(PLACE.pending)
const claiming: readonly Case[] = [
  ...variations({
    title: 'claims a challenge',
    write: claim(PLACE.pending),
    bad: {
      'the code stays': { [otpOf(PLACE.pending)]: undefined },
      'the key is not made': { [installOf(KEY.next)]: undefined },
      'the key is not dropped': { [credentialOf(PLACE.pending)]: undefined },
      'the challenge is not claimed': { [`${claimPath}/claimedBy`]: undefined },
      'for another key': { [`${claimPath}/claimedBy`]: KEY.active },
      'the key is made for another challenge': {
        [`${installOf(KEY.next)}/challengeId`]: CHALLENGE.expired,
      },
      'a second key is made': {
        [installOf(KEY.next.replace('aa', 'bb'))]: {
          ...install(PLACE.pending),
          challengeId: CHALLENGE.pending,
        },
      },
    },
  }),
  denied('claims an expired challenge', claim(PLACE.expired, { challengeId: CHALLENGE.expired })),
  denied('claims a challenge a second time', secondClaim()),
  denied('claims no challenge', claim(PLACE.empty)),
]

export const challenges: readonly Case[] = [
  ...starting,
  ...places,
  ...replacing,
  ...counting,
  ...claiming,
]

function remove(place: string): Values {
  return { [challengeOf(place)]: null, [otpOf(place)]: null }
}

/** With the first key superseded, as a new registration of the same install would do. */
function secondClaim(): Values {
  return changed(claim(PLACE.claimed, { challengeId: CHALLENGE.claimed }), {
    [`${installOf(KEY.claimed)}/status`]: 'superseded',
    [`${installOf(KEY.claimed)}/removeAfter`]: NOW + DAY_MS,
    [`${installOf(KEY.claimed)}/pickupBy`]: null,
  })
}
