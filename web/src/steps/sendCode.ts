import { STAGES } from '../app/registration.ts'
import type { Step } from './step.ts'

export const sendCode: Step = {
  id: 'send-code',
  short: 'Send OTP',
  title: 'Send it back',
  why: 'Whoever sends it back has shown to be signed in as that UID. It is good once, for a minute at the most, and five guesses end it.',
  run: async ({ registration, holdings }) => {
    await registration.advanceThrough(STAGES.sendCode)
    holdings.set({ isCodeUsed: true })
    return 'The service has accepted it and dropped the credential in the same slot.'
  },
}
