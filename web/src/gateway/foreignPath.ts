import type { Trial } from '../trials/trial.ts'

export const foreignPath: Trial = {
  id: 'foreign-path',
  title: 'Ask for another path',
  tried:
    'The app, or whoever has taken it over, asks for a path of the upstream that nobody declared.',
  expected: 'not_found',
  why: 'The key of the upstream could do this. But an upstream is declared with its paths, and no other leaves the gateway.',
  run: async ({ latchkey }) => {
    await latchkey.fetch('/proxy/weather/v1/admin')
  },
}
