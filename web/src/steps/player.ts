import type { Demo } from '../app/demo.ts'
import { announce } from '../view/announcer.ts'
import { failureText } from '../view/failureView.ts'
import type { StepperView } from '../view/stepperView.ts'
import type { StepRecord } from '../view/wireView.ts'
import { STEPS } from './steps.ts'

export interface Player {
  /** How many steps are done. */
  readonly done: number
  /** Runs the next step; false when there is none, or when it has failed. */
  next(): Promise<boolean>
  /** Runs steps until this many are done; false when one of them has failed. */
  runTo(count: number): Promise<boolean>
}

export interface PlayerView {
  readonly stepper: StepperView
  /** Keeps the record of a step, and shows it. */
  keep(at: number, record: StepRecord): void
  /** Told after each step. */
  showDone(done: number): void
}

/** Plays the flow, one step after the other. A step that has failed can be tried again. */
export function makePlayer(demo: Demo, view: PlayerView): Player {
  let done = 0

  const next = async (): Promise<boolean> => {
    const step = STEPS[done]
    if (step === undefined) return false
    const at = done
    const name = `Step ${at + 1} of ${STEPS.length}, ${step.title}`
    demo.recorder.take()
    try {
      const said = await step.run(demo)
      done += 1
      view.stepper.mark(at, 'done')
      view.keep(at, { exchanges: demo.recorder.take(), result: { said } })
      announce(`${name}: done. ${said}`)
      return true
    } catch (error) {
      view.stepper.mark(at, 'failed')
      view.keep(at, { exchanges: demo.recorder.take(), result: { error } })
      announce(`${name}: failed. ${failureText(error)}`)
      return false
    } finally {
      view.showDone(done)
    }
  }

  return {
    get done() {
      return done
    },
    next,
    runTo: async (count) => {
      while (done < count) if (!(await next())) return false
      return true
    },
  }
}
