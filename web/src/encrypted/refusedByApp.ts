import { LatchkeyError } from '@latchkey/client/core'

/** The SDK's refusal is what was to be shown, and the recorder has it. */
export async function refusedByApp(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    const isRefusal = error instanceof LatchkeyError && error.code.startsWith('answer_')
    if (!isRefusal) throw error
  }
}
