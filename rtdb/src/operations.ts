/** What one database has done since the start or the last reset. */
export interface Operations {
  /** Allowed reads: listens, single reads, REST reads and event streams. */
  reads: number
  readsDenied: number
  /** Accepted writes: set, update, committed transaction, REST write, onDisconnect when it runs. */
  writes: number
  writesDenied: number
  /** Transactions and conditional writes refused because the data had changed. */
  stale: number
  /** Requests by WebSocket action (`q`, `g`, `p`, …) or REST method (`GET`, `PUT`, …). */
  actions: Record<string, number>
}

export type OperationKind = Exclude<keyof Operations, 'actions'>

/** Counts operations: a project proves with it what its own requests cost. */
export class OperationCounter {
  #counts = none()

  count(kind: OperationKind): void {
    this.#counts[kind]++
  }

  countAction(action: string): void {
    this.#counts.actions[action] = (this.#counts.actions[action] ?? 0) + 1
  }

  snapshot(): Operations {
    return { ...this.#counts, actions: { ...this.#counts.actions } }
  }

  reset(): void {
    this.#counts = none()
  }
}

const none = (): Operations => ({
  reads: 0,
  readsDenied: 0,
  writes: 0,
  writesDenied: 0,
  stale: 0,
  actions: {},
})
