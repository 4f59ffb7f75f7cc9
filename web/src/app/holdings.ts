/** What the app on the phone has so far. */
export interface Held {
  readonly uid?: string
  /** Where in the database its secrets are dropped. */
  readonly slotPath?: string
  readonly code?: string
  readonly isCodeUsed?: boolean
  readonly apiKey?: string
  readonly hmacSecret?: string
  /** UID of the account that was signed up. */
  readonly accountUid?: string
}

export interface Holdings {
  readonly held: Held
  set(more: Held): void
}

/** @param onChange told of all that is held now */
export function makeHoldings(onChange: (held: Held) => void): Holdings {
  let held: Held = {}
  return {
    get held() {
      return held
    },
    set: (more) => {
      held = { ...held, ...more }
      onChange(held)
    },
  }
}
