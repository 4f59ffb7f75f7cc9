import type { Values } from './values.ts'
import { CHALLENGE, DAY_MS, FEED, KEY, NOW, challenge, challengeOf, credential } from './world.ts'
import { credentialOf, feedEntry, install, installOf, otp, otpOf } from './world.ts'

// The writes of the service, as functions/src/installs/store.ts makes them.

/** {".sv": …}: adds to the number that is there. */
export const increment = (by: number): unknown => ({ '.sv': { increment: by } })

export const start = (place: string): Values => ({
  [challengeOf(place)]: challenge(CHALLENGE.next),
  [otpOf(place)]: otp(),
})

/** Claims the place's challenge for a key that is made and dropped by the same write. */
export const claim = (
  place: string,
  { keyId = KEY.next, challengeId = CHALLENGE.pending } = {},
): Values => ({
  [`${challengeOf(place)}/claimedBy`]: keyId,
  [otpOf(place)]: null,
  [credentialOf(place)]: credential(keyId),
  [installOf(keyId)]: { ...install(place), challengeId, pickupBy: NOW + DAY_MS },
})

export const supersede = (keyId: string): Values => ({
  [`${installOf(keyId)}/status`]: 'superseded',
  [`${installOf(keyId)}/graceUntil`]: NOW,
  [`${installOf(keyId)}/removeAfter`]: NOW + DAY_MS,
  [`${installOf(keyId)}/pickupBy`]: null,
  [`revocations/${FEED.next}`]: { ...feedEntry(), keyId },
})

/** Drops the successor of a key that is superseded by the same write. */
export const rotate = (place: string, previousKeyId: string): Values => ({
  ...successor(place, previousKeyId),
  ...supersede(previousKeyId),
})

/** The half of it that makes the new key. */
export const successor = (place: string, previousKeyId: string): Values => ({
  [credentialOf(place)]: credential(KEY.next),
  [installOf(KEY.next)]: { ...install(place), previousKeyId, pickupBy: NOW + DAY_MS },
})

export const collect = (place: string, keyId: string): Values => ({
  [credentialOf(place)]: null,
  [`${installOf(keyId)}/pickupBy`]: null,
  [`${installOf(keyId)}/lastUsedAt`]: NOW,
})
