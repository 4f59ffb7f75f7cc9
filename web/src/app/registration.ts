import type { Latchkey, Registered, Step as SdkStep } from '@latchkey/client/core'
import type { Turnstile } from './turnstile.ts'

/** The SDK registers in one go; this page lets it go on by one stage for each press of the button. */
export const STAGES = { signIn: 1, ask: 2, readCode: 3, sendCode: 4, readKey: 5 } as const

/** The stage that each step of the SDK belongs to. Looking for an earlier key waits for nobody. */
const STAGE_OF: Readonly<Record<SdkStep, number>> = {
  signing_in: STAGES.signIn,
  looking: 0,
  asking: STAGES.ask,
  waiting_for_code: STAGES.readCode,
  sending_code: STAGES.sendCode,
  waiting_for_key: STAGES.readKey,
  registered: 0,
}

export const stageOf = (step: SdkStep): number => STAGE_OF[step]

export interface Registration {
  /**
   * Lets the SDK's registration go on through this stage, and settles when that is done. A code that has
   * run out while nobody pressed is no trouble: the SDK asks for another, through the stages that are open.
   * @throws LatchkeyError; the next call starts the registration anew
   */
  advanceThrough(stage: number): Promise<void>
}

export function makeRegistration(
  latchkey: Pick<Latchkey, 'register'>,
  turnstile: Turnstile,
): Registration {
  let registering: Promise<Registered> | undefined
  return {
    advanceThrough: async (stage) => {
      turnstile.openTo(stage)
      registering ??= latchkey.register()
      // Not lost: whoever presses next is told.
      registering.catch(() => undefined)
      try {
        await Promise.race([registering, turnstile.arrival()])
      } catch (error) {
        registering = undefined
        throw error
      }
    },
  }
}
