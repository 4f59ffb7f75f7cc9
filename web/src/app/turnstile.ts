/** Holds work before the stage that it wants to enter, until that stage is opened. */
export interface Turnstile {
  /** Settles once the stage is open. */
  pass(stage: number): Promise<void>
  /** Opens this stage and all before it. */
  openTo(stage: number): void
  /** Settles as soon as somebody stands before a stage that is not open. */
  arrival(): Promise<void>
}

export function makeTurnstile(): Turnstile {
  let open = 0
  let waiting: { readonly stage: number; readonly go: () => void }[] = []
  let onArrival: () => void = () => undefined
  return {
    pass: (stage) =>
      stage <= open
        ? Promise.resolve()
        : new Promise((go) => {
            waiting.push({ stage, go })
            onArrival()
          }),
    openTo: (stage) => {
      open = Math.max(open, stage)
      const released = waiting.filter((it) => it.stage <= open)
      waiting = waiting.filter((it) => it.stage > open)
      for (const { go } of released) go()
    },
    arrival: () =>
      waiting.length > 0 ? Promise.resolve() : new Promise((arrived) => (onArrival = arrived)),
  }
}
