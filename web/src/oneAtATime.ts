/**
 * Runs what buttons ask for, one at a time: a press while something runs does nothing. Buttons stay
 * focusable meanwhile, because whoever uses a keyboard would lose their place.
 * @param onChange told when something starts and ends
 */
export function oneAtATime(onChange: (isBusy: boolean) => void) {
  let isBusy = false
  return async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return
    isBusy = true
    onChange(true)
    try {
      await work()
    } finally {
      isBusy = false
      onChange(false)
    }
  }
}
