import { STAGES } from '../app/registration.ts'
import type { Step } from './step.ts'

export const signIn: Step = {
  id: 'sign-in',
  short: 'Sign in',
  title: 'Sign in anonymously',
  why: 'Firebase Auth gives this install a user of its own (a UID), without account or password. Whatever is dropped for that UID, nobody else can read.',
  run: async ({ registration, holdings }) => {
    await registration.advanceThrough(STAGES.signIn)
    return `The app is signed in as ${holdings.held.uid ?? 'nobody'}.`
  },
}
