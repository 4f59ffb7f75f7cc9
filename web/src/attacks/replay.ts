import type { Attack } from './attack.ts'

export const replay: Attack = {
  id: 'replay',
  title: 'Replay a request',
  tried:
    'The app has its key replaced. Somebody has recorded that request, and sends it again, unchanged.',
  expected: 'replayed',
  why: 'The signature is right, but its nonce has been used. Routes that change anything claim it in the database, so no other instance takes it either.',
  run: async ({ latchkey, recorder }) => {
    await latchkey.rotate()
    const sent = recorder.take()
    const rotation = sent.find((it) => it.kind === 'http' && it.method === 'POST')
    if (rotation?.kind !== 'http') throw new Error('The rotation was not recorded.')
    const { url, method, headers } = rotation
    await recorder.fetchAs('attacker')(url, { method, headers: Object.fromEntries(headers) })
  },
}
