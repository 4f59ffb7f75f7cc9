import { LatchkeyError } from '@latchkey/client/core'
import type { Demo } from '../app/demo.ts'
import type { Alter } from '../wire/recorder.ts'

/**
 * A call of an install with encrypted bodies, whose answer is another when it arrives. The SDK's refusal is
 * what was to be shown, and the recorder has it.
 */
export const refusedByApp =
  (alter: Alter) =>
  async (demo: Demo): Promise<void> => {
    await demo.encrypted().register()
    demo.recorder.take()
    try {
      await demo.encrypted(alter).fetch('/installs/current')
    } catch (error) {
      const isRefusal = error instanceof LatchkeyError && error.code.startsWith('answer_')
      if (!isRefusal) throw error
    }
  }
