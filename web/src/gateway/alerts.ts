import type { Trial } from '../trials/trial.ts'

export const alerts: Trial = {
  id: 'alerts',
  title: 'Listen to alerts',
  tried: 'The weather API sends warnings as they come, as server-sent events.',
  expected: 200,
  why: 'An answer that is a stream passes as it comes, and nothing of it is kept. The signature was verified before the first byte.',
  run: async ({ latchkey }) => {
    await latchkey.fetch('/proxy/weather/v1/alerts')
  },
  told: ({ body }) => `${body.match(/^data: /gm)?.length ?? 0} events came.`,
}
