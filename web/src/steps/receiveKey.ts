import { STAGES } from '../app/registration.ts'
import type { Step } from './step.ts'

export const receiveKey: Step = {
  id: 'receive',
  short: 'Receive',
  title: 'Receive the credential',
  why: 'API key and HMAC secret come the same way, never in an answer. An app keeps them in its secure storage: here, only until you leave the page.',
  run: async ({ registration }) => {
    await registration.advanceThrough(STAGES.readKey)
    return 'The app has an API key and an HMAC secret of its own.'
  },
}
