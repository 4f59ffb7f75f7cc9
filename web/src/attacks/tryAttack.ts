import type { Demo } from '../app/demo.ts'
import { announce } from '../view/announcer.ts'
import type { AttackView } from '../view/attackView.ts'
import { failureText } from '../view/failureView.ts'
import type { Attack } from './attack.ts'

/**
 * Tries an attack and shows what came of it; an error of its own is no refusal, and is told as one.
 * @param isAlone one of many shows its verdict, and its wire only when asked
 */
export async function tryAttack(
  demo: Demo,
  attack: Attack,
  view: AttackView,
  isAlone: boolean,
): Promise<void> {
  view.showTrying()
  try {
    // The one before may have ended the key.
    await demo.latchkey.register()
    demo.recorder.take()
    await attack.run(demo)
    announce(view.show(demo.recorder.take(), isAlone))
  } catch (error) {
    view.showFailure(error)
    announce(`${attack.title}: failed. ${failureText(error)}`)
  }
}
