import type { Trial } from '../trials/trial.ts'

export const foreignMethod: Trial = {
  id: 'foreign-method',
  title: 'Delete a payment',
  tried: 'The path is declared, but not with this method.',
  expected: 'method_not_allowed',
  why: 'Each path has its methods. That the upstream would carry it out is no reason to ask.',
  run: async ({ latchkey }) => {
    await latchkey.fetch('/proxy/payments/v1/charges/ch_1', { method: 'DELETE' })
  },
}
