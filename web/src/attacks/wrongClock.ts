import type { Attack } from './attack.ts'

const TEN_MINUTES_MS = 600_000

export const wrongClock: Attack = {
  id: 'wrong-clock',
  title: 'Sign with a wrong clock',
  tried:
    'A phone whose clock is ten minutes slow signs a request. One that was recorded ten minutes ago looks the same.',
  expected: 'clock_skew',
  why: 'A signature is good for five minutes. The refusal tells the time, with a MAC that only this install can check: the SDK believes it, signs anew by itself, and is answered.',
  run: async (demo) => {
    const slow = await demo.withClock(() => Date.now() - TEN_MINUTES_MS)
    await slow.fetch('/installs/current')
  },
}
