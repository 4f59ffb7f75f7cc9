import type { Attack } from './attack.ts'

export const revokedKey: Attack = {
  id: 'revoked-key',
  title: 'Use a revoked key',
  tried:
    'A thief has the key and the secret, and signs a request. But the app has reported the key, and revoked it.',
  expected: 'key_revoked',
  why: 'The signature is right, and the key’s record says revoked. Every instance hears of it within a second. The app itself registers anew with its next call.',
  run: async ({ latchkey, recorder }) => {
    const { url, ...call } = await latchkey.sign('/installs/current')
    await latchkey.revoke()
    await recorder.fetchAs('attacker')(url, call)
  },
}
