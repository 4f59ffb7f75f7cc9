import type { Demo } from '../app/demo.ts'
import { announce } from '../view/announcer.ts'
import { failureText } from '../view/failureView.ts'
import type { TrialView } from '../view/trialView.ts'
import type { Trial } from './trial.ts'

/**
 * Tries it and shows what came of it; an error of the page's own is no refusal, and is told as one.
 * @param isAlone one of many shows its verdict, and its wire only when asked
 */
export async function tryTrial(
  demo: Demo,
  trial: Trial,
  view: TrialView,
  isAlone: boolean,
): Promise<void> {
  view.showTrying()
  try {
    // The one before may have ended the key.
    await demo.latchkey.register()
    demo.recorder.take()
    await trial.run(demo)
    announce(view.show(demo.recorder.take(), isAlone))
  } catch (error) {
    view.showFailure(error)
    announce(`${trial.title}: failed. ${failureText(error)}`)
  }
}
