import { STAGES } from '../app/registration.ts'
import type { Step } from './step.ts'

export const askForKey: Step = {
  id: 'ask',
  short: 'Ask',
  title: 'Ask for a key',
  why: 'The app calls the one open endpoint. The answer says where to look and never what is there, so naming somebody else’s UID gains nothing.',
  run: async ({ registration }) => {
    await registration.advanceThrough(STAGES.ask)
    return 'The service has dropped a one-time password in the slot of this install.'
  },
}
