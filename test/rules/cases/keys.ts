import { allowed, denied, variations, type Case } from '../case.ts'
import { changed, omit } from '../values.ts'
import { CHALLENGE, DAY_MS, KEY, MARGIN_MS, NOW, PLACE, challenge, challengeOf } from '../world.ts'
import { credential, credentialOf, install, installOf, otp, otpOf } from '../world.ts'
import { claim, rotate, successor, supersede } from '../writes.ts'
import { badTextsAt, without } from './texts.ts'

const drop = credentialOf(PLACE.pending)
const record = installOf(KEY.next)
const { apiKey, hmacSecret } = credential(KEY.next)
const dropped = (name: string, value: unknown) => ({ [`${drop}/${name}`]: value })
const recorded = (name: string, value: unknown) => ({ [`${record}/${name}`]: value })

const making = variations({
  title: 'makes a key',
  write: claim(PLACE.pending),
  good: {
    'issued by a clock that is a minute ahead': dropped('issuedAt', NOW + MARGIN_MS),
    'created by a clock that is a minute ahead': recorded('createdAt', NOW + MARGIN_MS),
    'created by a clock that is a minute behind': recorded('createdAt', NOW - MARGIN_MS),
    'used by a clock that is a minute ahead': recorded('lastUsedAt', NOW + MARGIN_MS),
    'its drop waits for the longest time': recorded('pickupBy', NOW + DAY_MS + MARGIN_MS),
    'its drop is kept': recorded('pickupBy', undefined),
    'it is known to be unused': recorded('unusedSince', NOW - 1000),
    'with the longest reason': recorded('reason', 'x'.repeat(64)),
    'with the longest scope': recorded('scopes', { ['s'.repeat(64)]: true }),
    'with no scope': recorded('scopes', undefined),
    'with several scopes': recorded('scopes', { accounts: true, 'proxy:maps_2-x': true }),
  },
  bad: {
    ...without('the drop', drop, ['apiKey', 'hmacSecret', 'keyId', 'issuedAt']),
    'the drop holds more': dropped('note', 'x'),
    'the API key has something before it': dropped('apiKey', `x${apiKey}`),
    'the API key has something behind it': dropped('apiKey', `${apiKey}0`),
    'the API key has a longer version': dropped('apiKey', apiKey.replace('v1', 'v1234567890')),
    'the API key has version 0': dropped('apiKey', apiKey.replace('v1', 'v0')),
    'the API key has a longer key ID': dropped('apiKey', apiKey.replace('_aa', '_aaa')),
    'the API key has upper case': dropped('apiKey', apiKey.replace('_aa', '_AA')),
    ...badTextsAt(`${drop}/hmacSecret`, hmacSecret, '.'),
    'the secret ends in bits that no encoder leaves': dropped('hmacSecret', 'x'.repeat(43)),
    'the drop is of another key': dropped('keyId', KEY.active),
    'issued by a clock that is further ahead': dropped('issuedAt', NOW + MARGIN_MS + 1),
    'it is dropped in another slot, too': { [credentialOf(PLACE.empty)]: credential(KEY.next) },
    'it is dropped at another UID, too': {
      [credentialOf(PLACE.pending.replace('ada', 'bob'))]: credential(KEY.next),
    },

    ...without('the record', record, ['uid', 'slot', 'place', 'status']),
    ...without('the record', record, ['createdAt', 'lastUsedAt', 'masterVersion']),
    'the record holds more': recorded('note', 'x'),
    'the record is of another UID': recorded('uid', 'bob'),
    'the record is of another slot': recorded('slot', PLACE.empty.split('/')[1]),
    'the record is of another place': recorded('place', PLACE.empty),
    'with a status that is none': recorded('status', 'deleted'),
    'with a longer status': recorded('status', 'activeactive'),
    'with a longer reason': recorded('reason', 'x'.repeat(65)),
    'with a reason that is no text': recorded('reason', 1),
    'with a text for scopes': recorded('scopes', 'accounts'),
    'with a scope that is false': recorded('scopes', { accounts: false }),
    'with a longer scope': recorded('scopes', { ['s'.repeat(65)]: true }),
    'with a scope in upper case': recorded('scopes', { Accounts: true }),
    'created by a clock that is further ahead': recorded('createdAt', NOW + MARGIN_MS + 1),
    'created by a clock that is further behind': recorded('createdAt', NOW - MARGIN_MS - 1),
    'used by a clock that is further ahead': recorded('lastUsedAt', NOW + MARGIN_MS + 1),
    'its drop waits for longer': recorded('pickupBy', NOW + DAY_MS + MARGIN_MS + 1),
    'of master version 0': recorded('masterVersion', 0),
    'with grace from the start': recorded('graceUntil', NOW),
    'unused since another time': recorded('unusedSince', NOW),
    'to be removed from the start': recorded('removeAfter', NOW + DAY_MS),
    'marked from the start': recorded('dormantFrom', NOW - 1000),
    ...badTextsAt(`${record}/previousKeyId`, KEY.active, 'A'),
  },
})

/** A master secret can be replaced often, and the version is part of the key. */
const longest = allowed(
  'makes a key of the longest version',
  changed(claim(PLACE.pending), dropped('apiKey', apiKey.replace('v1', 'v123456789'))),
)

const misnamed: readonly Case[] = [
  ['a longer ID', `0${KEY.next}`],
  ['a shorter ID', KEY.next.slice(1)],
  ['an ID in upper case', KEY.next.toUpperCase()],
].map(([what, keyId]) => {
  const write = claim(PLACE.pending, { keyId: keyId! })
  return denied(`makes a key with ${what}`, changed(write, dropped('apiKey', apiKey)))
})

/** The drop sees to the place as well; here it is in the database already. */
const dropIsThere = omit(claim(PLACE.pending), record)
const displaced = denied(
  'makes a key whose place is not that of its UID and slot',
  changed({ [record]: claim(PLACE.pending)[record] }, recorded('place', PLACE.empty)),
  dropIsThere,
)

/** A new registration of an install that has a key. */
const again: readonly Case[] = [
  allowed(
    'makes a key that supersedes the one in use',
    { ...claim(PLACE.used), ...supersede(KEY.active) },
    {
      [challengeOf(PLACE.used)]: challenge(CHALLENGE.pending),
      [otpOf(PLACE.used)]: otp(),
    },
  ),
  denied('writes the record of a key again, with more scopes', {
    [installOf(KEY.claimed)]: {
      ...install(PLACE.claimed),
      challengeId: CHALLENGE.claimed,
      scopes: { accounts: true, admin: true },
    },
  }),
  denied(
    'makes a key out of nothing',
    changed(successor(PLACE.empty, ''), { [`${record}/previousKeyId`]: undefined }),
  ),
]

const old = installOf(KEY.active)
const rotating: readonly Case[] = [
  ...variations({
    title: 'rotates a key',
    write: rotate(PLACE.used, KEY.active),
    good: {
      'with the longest grace': { [`${old}/graceUntil`]: NOW + DAY_MS + MARGIN_MS },
      'with no grace': { [`${old}/graceUntil`]: undefined },
      'and names the challenge of its chain': { [`${record}/challengeId`]: CHALLENGE.expired },
    },
    bad: {
      'the old one stays active': {
        [`${old}/status`]: undefined,
        [`${old}/graceUntil`]: undefined,
        [`${old}/removeAfter`]: undefined,
      },
      'the old one is suspended': {
        [`${old}/status`]: 'suspended',
        [`${old}/graceUntil`]: undefined,
        [`${old}/removeAfter`]: undefined,
      },
      'with longer grace': { [`${old}/graceUntil`]: NOW + DAY_MS + MARGIN_MS + 1 },
      'the new one is not dropped': { [credentialOf(PLACE.used)]: undefined },
      'the new one does not name the old one': { [`${record}/previousKeyId`]: undefined },
      ...badTextsAt(`${record}/challengeId`, CHALLENGE.expired, 'E'),
      'two come of one': {
        [installOf(KEY.next.replace('aa', 'bb'))]: {
          ...install(PLACE.used),
          previousKeyId: KEY.active,
        },
      },
    },
  }),
  allowed('rotates a key whose drop waits', rotate(PLACE.claimed, KEY.claimed)),
  allowed('rotates a key whose drop is kept', rotate(PLACE.kept, KEY.kept)),
  denied('makes a successor of a superseded key', successor(PLACE.used, KEY.superseded)),
  denied('rotates a key to another slot', rotate(PLACE.empty, KEY.active)),
  denied('rotates a key to another UID', rotate(PLACE.bobs, KEY.active)),
]

/** Keys of places that cannot be registered: their successors show that a record is checked itself. */
const misplaced = [
  ['a longer UID', `${'a'.repeat(129)}/${'s'.repeat(22)}`],
  ['a UID with a space', `a b/${'s'.repeat(22)}`],
  ['a longer slot', `ada/${'s'.repeat(23)}`],
  ['a slot with a space', `ada/ ${'s'.repeat(21)}`],
].map(([what, place]) =>
  denied(`rotates a key of ${what}`, rotate(place!, KEY.active), { [old]: install(place!) }),
)

export const keys: readonly Case[] = [
  ...making,
  longest,
  ...misnamed,
  displaced,
  ...again,
  ...rotating,
  ...misplaced,
]
