/** Of the same seed, always the same life: what fails once can be looked at. */
export interface Random {
  /** From 0 up to 1. */
  readonly share: () => number
  /** A whole number, both ends included. */
  readonly between: (least: number, most: number) => number
  readonly isTrue: (chance: number) => boolean
  readonly oneOf: <T>(values: readonly T[]) => T
}

/** mulberry32. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(share() * (most - least + 1))
  return {
    share,
    between,
    isTrue: (chance) => share() < chance,
    oneOf: (values) => values[between(0, values.length - 1)]!,
  }
}
