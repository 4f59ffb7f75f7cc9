import { allowed, denied, variations, type Case } from '../case.ts'
import { changed } from '../values.ts'
import { DAY_MS, KEY, NOW, PLACE, credential, credentialOf, install, installOf } from '../world.ts'
import { claim, start } from '../writes.ts'

// ISSUANCE=static: the key with this ID alone is made without a claim, and dropped anywhere.

const SHARED = '0'.repeat(32)
const record = installOf(SHARED)
const drop = credentialOf(PLACE.empty)
const recorded = { [record]: install(`static/${'0'.repeat(22)}`) }
const dropped = { [drop]: credential(SHARED) }
const withStatus = (changes: Record<string, unknown>) =>
  changed(
    recorded,
    Object.fromEntries(Object.entries(changes).map(([k, v]) => [`${record}/${k}`, v])),
  )

const making = variations({
  title: 'makes the shared key and drops it',
  write: { ...recorded, ...dropped },
  bad: {
    'its record is of the place that it is dropped in': { [record]: install(PLACE.empty) },
    'its record is of another place': { [record]: install(PLACE.bobs) },
    'there is no record': { [record]: undefined },
    'it is revoked from the start': {
      [`${record}/status`]: 'revoked',
      [`${record}/removeAfter`]: NOW + 2 * DAY_MS,
    },
    'another key is made like it': {
      [installOf(KEY.next)]: install(`static/${'0'.repeat(22)}`),
    },
  },
})

export const sharedKey: readonly Case[] = [
  ...making,
  allowed('drops the shared key that there is', dropped, recorded),
  allowed('drops a dormant shared key', dropped, {
    ...withStatus({
      status: 'dormant',
      dormantFrom: NOW - 1000,
      removeAfter: NOW + 2 * DAY_MS,
    }),
  }),
  denied('drops a revoked shared key', dropped, {
    ...withStatus({ status: 'revoked', removeAfter: NOW + 2 * DAY_MS }),
  }),
  denied('writes the record of the shared key again', recorded, recorded),
  denied(
    'drops the shared key where a drop waits',
    { [credentialOf(PLACE.claimed)]: credential(SHARED) },
    recorded,
  ),
  denied('drops another key that there is in another place', { [drop]: credential(KEY.active) }),
  allowed('removes a drop of the shared key', { [drop]: null }, { ...recorded, ...dropped }),
  allowed('makes a key over a drop of the shared key', claim(PLACE.pending), {
    ...recorded,
    [credentialOf(PLACE.pending)]: credential(SHARED),
  }),
  allowed('begins a challenge beside a drop of the shared key', start(PLACE.empty), {
    ...recorded,
    ...dropped,
  }),
  ...[0, 255].map((number) => allowed(`numbers a database ${number}`, { shard: number })),
  ...[-1, 256, 'two', { number: 1 }].map((number) =>
    denied(`numbers a database ${JSON.stringify(number)}`, { shard: number }),
  ),
  denied('numbers a database again', { shard: 1 }, { shard: 0 }),
  denied('takes the number of a database away', { shard: null }, { shard: 0 }),
]
