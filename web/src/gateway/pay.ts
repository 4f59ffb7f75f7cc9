import type { Trial } from '../trials/trial.ts'

export const pay: Trial = {
  id: 'pay',
  title: 'Pay',
  tried: 'The payment API demands a bearer token in the header Authorization, and takes a body.',
  expected: 201,
  why: 'The body that was signed goes on byte for byte. The token is of this upstream alone: another one could not be sent it. Idempotency-Key passes because the upstream’s declaration names it.',
  run: async ({ latchkey }) => {
    await latchkey.fetch('/proxy/payments/v1/charges', {
      method: 'POST',
      headers: { 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify({ amount: 1250, currency: 'EUR' }),
    })
  },
  told: ({ body }) => {
    const { id, amount, currency } = JSON.parse(body) as Record<string, string | number>
    return `Charge ${id}: ${(Number(amount) / 100).toFixed(2)} ${currency}.`
  },
}
