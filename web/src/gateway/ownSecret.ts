import type { Trial } from '../trials/trial.ts'
import { FORECAST } from './askWeather.ts'

export const ownSecret: Trial = {
  id: 'own-secret',
  title: 'Bring a key along',
  tried: 'The request has the parameter already in which the upstream takes its key.',
  expected: 'invalid_request',
  why: 'Only parameters that the path declares pass, and the secret’s own is never one of them: two of them would leave it to the upstream which one counts.',
  run: async ({ latchkey }) => {
    await latchkey.fetch(`${FORECAST}&appid=mine`)
  },
}
