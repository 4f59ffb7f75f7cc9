import type { Tree } from '../../harness/database.ts'

interface Install {
  readonly uid: string
  readonly slot: string
  readonly status: string
  readonly pickupBy?: number
}

/**
 * What is wrong with the data, in words; nothing when it is sound:
 * no slot has two active keys, every drop is that of its slot's active key and waits with it, every
 * key that waits to be collected has its drop, and every OTP belongs to a challenge that can be redeemed.
 */
export function faultsOf(data: Tree): string[] {
  const installs = Object.entries((data['installs'] ?? {}) as unknown as Record<string, Install>)
  const active = installs.filter(([, { status }]) => status === 'active')
  const places = active.map(([, { uid, slot }]) => `${uid}/${slot}`)
  const drops = slotsOf(data, 'users').flatMap(({ place, value }) =>
    value['credential'] === undefined
      ? []
      : [{ place, keyId: String(value['credential']['keyId'] as unknown) }],
  )
  const challenges = new Map(slotsOf(data, 'challenges').map(({ place, value }) => [place, value]))
  return [
    ...places
      .filter((place, at) => places.indexOf(place) !== at)
      .map((place) => `two active keys in ${place}`),
    ...drops
      .filter(({ keyId, place }) => {
        const owner = active.find(([id]) => id === keyId)?.[1]
        return owner === undefined || `${owner.uid}/${owner.slot}` !== place
      })
      .map(({ place }) => `a secret without an active key in ${place}`),
    ...installs
      .filter(
        ([id, { pickupBy }]) => pickupBy !== undefined && !drops.some(({ keyId }) => keyId === id),
      )
      .map(([id]) => `key ${id} waits for a pickup of nothing`),
    ...slotsOf(data, 'users')
      .filter(({ value }) => value['otp'] !== undefined)
      .filter(({ place }) => (challenges.get(place)?.['claimedBy'] ?? 'none') !== 'none')
      .map(({ place }) => `an OTP without its challenge in ${place}`),
  ]
}

function slotsOf(data: Tree, table: string): { place: string; value: Tree }[] {
  return Object.entries(data[table] ?? {}).flatMap(([uid, slots]) =>
    Object.entries(slots).map(([slot, value]) => ({ place: `${uid}/${slot}`, value })),
  )
}

/** The IDs of a place's active keys. */
export function activeKeysOf(data: Tree, place: { uid: string; slot: string }): string[] {
  return Object.entries((data['installs'] ?? {}) as unknown as Record<string, Install>)
    .filter(([, install]) => install.uid === place.uid && install.slot === place.slot)
    .filter(([, install]) => install.status === 'active')
    .map(([keyId]) => keyId)
}
