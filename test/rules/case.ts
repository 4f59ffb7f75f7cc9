import { EVERYBODY, type Who } from './identities.ts'
import { changed, type Values } from './values.ts'

/** One thing that somebody tries on the data of `world.ts`, and what must come of it. */
export interface Case {
  readonly title: string
  readonly who: Who
  readonly does: Attempt
  readonly outcome: Outcome
  /** Puts the data in another state first. */
  readonly given: Values
}

export type Attempt =
  { readonly read: string; /** An index. */ readonly orderBy?: string } | { readonly write: Values }

export type Outcome = 'allowed' | 'denied' | 'no index'

/** What the backend writes, and may. */
export const allowed = (title: string, write: Values, given: Values = {}): Case =>
  backend(title, { write }, 'allowed', given)

/** What the backend must not do, either. */
export const denied = (title: string, write: Values, given: Values = {}): Case =>
  backend(title, { write }, 'denied', given)

/** The same for everybody; `permitted` are those who may. */
export function forEverybody(
  title: string,
  does: Attempt,
  permitted: readonly Who[],
  given: Values = {},
): Case[] {
  return EVERYBODY.map((who) => {
    const outcome = permitted.includes(who) ? 'allowed' : 'denied'
    return { title: `${who}: ${title}`, who, does, outcome, given }
  })
}

/** A write that is good, and others that differ from it in one thing each. */
export interface Variations {
  readonly title: string
  readonly write: Values
  readonly given?: Values
  /** By what is different. */
  readonly good?: Readonly<Record<string, Values>>
  readonly bad?: Readonly<Record<string, Values>>
}

export function variations({ title, write, given, good = {}, bad = {} }: Variations): Case[] {
  const but = (change: string) => `${title}, but ${change}`
  return [
    allowed(title, write, given),
    ...Object.entries(good).map(([change, changes]) =>
      allowed(but(change), changed(write, changes), given),
    ),
    ...Object.entries(bad).map(([change, changes]) =>
      denied(but(change), changed(write, changes), given),
    ),
  ]
}

function backend(title: string, does: Attempt, outcome: Outcome, given: Values): Case {
  return { title: `the backend: ${title}`, who: 'the backend', does, outcome, given }
}
