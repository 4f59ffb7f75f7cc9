import { signInAnonymously } from 'firebase/auth'
import { BASE_URL } from '../app/demo.ts'
import { openFirebase } from '../app/firebase.ts'
import { readDatabase } from '../wire/readDatabase.ts'
import type { Attack } from './attack.ts'

export const foreignUid: Attack = {
  id: 'foreign-uid',
  title: 'Name somebody else’s UID',
  tried:
    'A stranger asks for a key with the app’s UID and device ID, and then reads the app’s slot, signed in as itself.',
  expected: 'permission_denied',
  why: 'Asking is open to everybody, and is answered alike for every UID. What is dropped can be read by that UID alone: "users/$uid" has ".read": "auth.uid === $uid".',
  run: async ({ backend, recorder, holdings, deviceId, attestation }) => {
    const { uid = '', slotPath = '' } = holdings.held
    const stranger = openFirebase(backend, `stranger-${crypto.randomUUID()}`)
    const { user } = await signInAnonymously(stranger.auth)
    recorder.take() // The stranger's own sign-in is nothing to see.
    await recorder.fetchAs('attacker')(`${BASE_URL}/installs`, {
      method: 'POST',
      // A genuine app of the stranger's own would have them.
      headers: { 'Content-Type': 'application/json', ...(await attestation.headers()) },
      body: JSON.stringify({ deviceId, uid }),
    })
    const who = { actor: 'attacker', uid: user.uid, path: slotPath } as const
    recorder.note(await readDatabase(stranger.database, who))
  },
}
