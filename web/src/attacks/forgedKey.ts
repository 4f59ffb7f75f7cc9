import type { Attack } from './attack.ts'

export const forgedKey: Attack = {
  id: 'forged-key',
  title: 'Make up an API key',
  tried: 'Somebody who has seen the form of a key changes the last digit of one, and sends it.',
  expected: 'invalid_credentials',
  why: 'A key ends in a MAC under the service’s own secret. It is checked first, without a database read, so keys cannot be searched for.',
  run: async ({ latchkey, recorder }) => {
    const { url, headers, ...call } = await latchkey.sign('/installs/current')
    const key = headers['X-API-Key'] ?? ''
    const forged = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
    await recorder.fetchAs('attacker', ['x-api-key'])(url, {
      ...call,
      headers: { ...headers, 'X-API-Key': forged },
    })
  },
}
