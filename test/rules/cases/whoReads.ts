import { forEverybody, type Case } from '../case.ts'
import type { Who } from '../identities.ts'
import { FEED, KEY, NONCE, PLACE, WINDOW, challengeOf, credentialOf } from '../world.ts'
import { installOf, otpOf } from '../world.ts'

/** Who may read what; everybody else is refused. */
const READERS: readonly (readonly [path: string, ...permitted: Who[]])[] = [
  [''],
  ['users'],
  ['users/ada', 'ada'],
  [`users/${PLACE.pending}`, 'ada'],
  [otpOf(PLACE.pending), 'ada'],
  [`${otpOf(PLACE.pending)}/code`, 'ada'],
  [credentialOf(PLACE.claimed), 'ada'],
  [`${credentialOf(PLACE.claimed)}/hmacSecret`, 'ada'],
  ['users/bob', 'bob'],
  // Nothing is ever written for this UID: it is no UID of Firebase Auth, but the backend's own.
  [
    'users/backend',
    'the claims of the backend',
    'the provider of the backend',
    'the flag of the backend',
    'the backend',
  ],
  ['challenges', 'the backend'],
  ['challenges/ada', 'the backend'],
  [challengeOf(PLACE.pending), 'the backend'],
  [`${challengeOf(PLACE.pending)}/id`, 'the backend'],
  ['installs', 'the backend'],
  [installOf(KEY.active), 'the backend'],
  [`${installOf(KEY.active)}/status`, 'the backend'],
  ['nonces', 'the backend'],
  [`nonces/${WINDOW.minute}/${NONCE.first}`, 'the backend'],
  ['revocations', 'the backend'],
  [`revocations/${FEED.recent}`, 'the backend'],
  ['audit', 'the backend'],
  ['shard', 'the backend'],
  ['sweeps'],
  ['sweeps/cursor', 'the backend'],
  ['sweeps/usageDay', 'the backend'],
  ['usage'],
  [`usage/${WINDOW.day}`, 'the backend'],
  ['limits', 'the backend'],
  ['limits/challenges', 'the backend'],
  [`limits/challenges/${WINDOW.minute}/ada`, 'the backend'],
  [`limits/otpAttempts/${WINDOW.day}`, 'the backend'],
  [`limits/keys/${WINDOW.day}/ada`, 'the backend'],
  ['accounts', 'the backend'],
  ['unlisted'],
  ['unlisted/below'],
]

export const whoReads: readonly Case[] = READERS.flatMap(([path, ...permitted]) =>
  forEverybody(`reads /${path}`, { read: path }, permitted),
)
