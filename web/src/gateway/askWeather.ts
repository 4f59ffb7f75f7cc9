import type { Trial } from '../trials/trial.ts'

/** The same for both calls of it, so that the second one can be answered by what was kept of the first. */
export const FORECAST = '/proxy/weather/v1/forecast/Lisbon?units=metric'

export const askWeather: Trial = {
  id: 'weather',
  title: 'Ask for the weather',
  tried: 'The weather API demands a key in the query. The app has none: it signs its request.',
  expected: 200,
  why: 'The gateway has verified the signature, and has added the key last. This upstream is a fake that tells what has reached it (“received”), with its key blotted out: nothing that proves who the install is goes that far.',
  run: async ({ latchkey }) => {
    await latchkey.fetch(FORECAST)
  },
  told: ({ body }) => {
    const { city, high, low } = JSON.parse(body) as Record<string, string | number>
    return `${city}: ${low} to ${high} °C.`
  },
}
