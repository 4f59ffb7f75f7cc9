import { allowed, denied, variations, type Case } from '../case.ts'
import { changed } from '../values.ts'
import {
  DAY_MS,
  KEY,
  MARGIN_MS,
  NOW,
  PLACE,
  credential,
  credentialOf,
  installOf,
} from '../world.ts'
import { collect, increment, rotate } from '../writes.ts'

const drop = credentialOf(PLACE.claimed)
const pickupBy = `${installOf(KEY.claimed)}/pickupBy`
const lastUsedAt = `${installOf(KEY.claimed)}/lastUsedAt`

const collecting = variations({
  title: 'collects a drop',
  write: collect(PLACE.claimed, KEY.claimed),
  good: {
    'used by a clock that is a minute ahead': { [lastUsedAt]: NOW + MARGIN_MS },
    'used at the same time': { [lastUsedAt]: NOW - 1000 },
  },
  bad: {
    'the time to pick it up stays': { [pickupBy]: undefined },
    'the drop stays': { [drop]: undefined },
    'the time to pick it up is put off': { [pickupBy]: NOW + 1 },
    'used by a clock that is further ahead': { [lastUsedAt]: NOW + MARGIN_MS + 1 },
    'used before it was': { [lastUsedAt]: NOW - 1001 },
    'its last use is forgotten': { [lastUsedAt]: null },
  },
})

const revokeKept = {
  [credentialOf(PLACE.kept)]: null,
  [`${installOf(KEY.kept)}/status`]: 'revoked',
  [`${installOf(KEY.kept)}/removeAfter`]: NOW + DAY_MS,
}

export const drops: readonly Case[] = [
  ...collecting,
  allowed('collects a drop that is gone', collect(PLACE.used, KEY.active)),
  denied('collects with an earlier key a drop that waits', {
    ...collect(PLACE.claimed, KEY.superseded),
  }),
  denied('replaces a drop that waits, and its own key stays', {
    ...changed(rotate(PLACE.claimed, KEY.claimed), { [pickupBy]: undefined }),
  }),
  allowed('removes a kept drop, and revokes its key', revokeKept),
  denied('removes a kept drop of an active key', { [credentialOf(PLACE.kept)]: null }),
  denied('drops the secret of a key again', {
    [credentialOf(PLACE.used)]: credential(KEY.active),
  }),
  denied('drops something without a key ID', {
    [credentialOf(PLACE.empty)]: { ...credential(KEY.next), keyId: null },
  }),
  denied('gives a collected drop a time to be picked up', {
    [`${installOf(KEY.active)}/pickupBy`]: NOW + 1,
  }),
  denied('counts with a last use', { [`${installOf(KEY.active)}/lastUsedAt`]: increment(-1) }),
]
