import { STAGES } from '../app/registration.ts'
import type { Step } from './step.ts'

export const readCode: Step = {
  id: 'read-code',
  short: 'Read OTP',
  title: 'Read the one-time password',
  why: 'The app listens at its slot in the Realtime Database. The rules let this UID alone read there; the service itself can only write.',
  run: async ({ registration, holdings }) => {
    await registration.advanceThrough(STAGES.readCode)
    return `The one-time password is ${holdings.held.code ?? 'missing'}.`
  },
}
