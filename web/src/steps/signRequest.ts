import { readError } from '@latchkey/client/core'
import { readDatabase } from '../wire/readDatabase.ts'
import type { Step } from './step.ts'

export const signRequest: Step = {
  id: 'sign',
  short: 'Sign',
  title: 'Sign a request',
  why: 'Every other endpoint answers signed requests alone (RFC 9421). With the first one, the service removes the drop: its copy of the secret is gone.',
  run: async ({ latchkey, recorder, database, holdings }) => {
    const response = await latchkey.fetch('/installs/current')
    if (!response.ok) throw await readError(response)
    const { uid = '', slotPath = '' } = holdings.held
    recorder.note(await readDatabase(database, { actor: 'app', uid, path: slotPath }))
    return 'The signature is right, the request is answered, and the slot is empty.'
  },
}
