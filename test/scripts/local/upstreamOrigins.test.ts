import { upstreamOrigins } from '../../../scripts/local/upstreamOrigins.ts'

const FAKES = { weather: 'http://127.0.0.1:1', payments: 'http://127.0.0.1:2' }

test.each([
  [undefined, 'weather=http://127.0.0.1:1,payments=http://127.0.0.1:2'],
  ['', 'weather=http://127.0.0.1:1,payments=http://127.0.0.1:2'],
  [
    'maps=http://127.0.0.1:3',
    'weather=http://127.0.0.1:1,payments=http://127.0.0.1:2,maps=http://127.0.0.1:3',
  ],
  ['weather=http://127.0.0.1:3', 'payments=http://127.0.0.1:2,weather=http://127.0.0.1:3'],
])('with %j of the developer: %s', (own, expected) => {
  expect(upstreamOrigins(FAKES, own)).toBe(expected)
})
