import { rowsOf, sectionOf } from '../../docs/harness/pages.ts'
import { startBackend } from '../installs/harness/backend.ts'
import { ABUSIVE, CAREFUL, HARASSED, HONEST, inOrder, type Profile } from './simulation/profiles.ts'
import { makeRandom } from './simulation/random.ts'
import { live, type Fate } from './simulation/world.ts'

// With the default params and BEHAVIOUR=enforce: who is found, how soon, and that nobody honest is shut out.

jest.setTimeout(120_000)

const livesOf = async (profile: Profile, seed: number): Promise<Fate[]> => [
  ...(await live(inOrder(profile(makeRandom(seed))))).fates.values(),
]
const seeds = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

/** Requests that each has sent at the most when it is stepped up, and when it is suspended. */
const FOUND: Readonly<Record<string, { readonly within: number; readonly suspended: number }>> = {
  'SMS pumping': { within: 20, suspended: 40 },
  'guessing codes': { within: 40, suspended: 60 },
  'stolen passwords': { within: 60, suspended: 60 },
  scraping: { within: 36_000, suspended: 40_000 },
  'a script without manners': { within: 3000, suspended: 30_000 },
  'a modified app that probes': { within: 300, suspended: 600 },
  'one key for a farm': { within: 5000, suspended: 20_000 },
  // By whoever has captured them: its owner pays with a step-up, and with no more.
  'replaying what was captured': { within: 200, suspended: Infinity },
}

test.each(Object.entries(ABUSIVE))('%s is found in time', async (name, profile) => {
  const { within, suspended } = FOUND[name]!
  for (const seed of seeds(3)) {
    const [fate] = await livesOf(profile, seed)
    expect(fate!.foundAfter).toBeLessThanOrEqual(within)
    if (suspended === Infinity) expect(fate!.suspendedAfter).toBeUndefined()
    else expect(fate!.suspendedAfter).toBeLessThanOrEqual(suspended)
  }
})

test('the page of behaviour says what is found how soon, as it is asserted here', () => {
  const [, ...rows] = rowsOf(sectionOf('docs/behaviour.md', '## How soon'))
  const wanted = Object.entries(FOUND).map(([name, { within, suspended }]) => [
    name,
    String(within),
    suspended === Infinity ? 'never' : String(suspended),
  ])
  expect(rows.map((row) => row.slice(0, 3))).toEqual(wanted)
})

/** Lives of each; the larger crowds are slower, and are crowds already. */
const LIVES: Readonly<Record<string, number>> = {
  'a shared office': 3,
  'a ticket sale': 5,
  'a traveller': 30,
  'a flaky network': 20,
  'an old phone with a wrong clock': 20,
  'an automated UI test': 4,
}

test.each(Object.entries(HONEST))(
  '%s is never stepped up, let alone suspended',
  async (name, profile) => {
    for (const seed of seeds(LIVES[name]!)) {
      for (const { foundAfter, suspendedAfter, worst } of await livesOf(profile, seed)) {
        // What it came to, for whoever has changed a rule.
        const { assessment } = worst ?? {}
        expect({ seed, foundAfter, suspendedAfter, assessment }).toEqual({
          ...{ seed, assessment, foundAfter: undefined, suspendedAfter: undefined },
        })
      }
    }
  },
)

test('whom strangers harass, with his API key and captured requests, is not suspended', async () => {
  for (const seed of seeds(2)) {
    const [fate] = await livesOf(HARASSED, seed)
    expect(fate!.suspendedAfter).toBeUndefined()
    expect(fate!.worst!.assessment.own).toBe(0)
  }
})

test('who knows the rules is not found, and has a text a day for it', async () => {
  const [fate] = await livesOf(CAREFUL, 1)
  expect(fate).toMatchObject({ foundAfter: undefined, suspendedAfter: undefined, texts: 14 })
})

test('what is added up here is what the database has, by its rules', async () => {
  const backend = await startBackend()
  try {
    for (const profile of [ABUSIVE['SMS pumping']!, HONEST['a traveller']!, HARASSED]) {
      backend.rtdb.import(backend.rtdb.namespaces()[0]!, null)
      const acts = inOrder(profile(makeRandom(1))).slice(0, 250)
      const { stored } = await live(acts, (updates, ms) => {
        backend.clock.ms = ms
        return backend.database.write(updates)
      })
      const { usage, networks = {} } = backend.data()
      expect({ usage, networks }).toEqual(stored)
    }
  } finally {
    await backend.close()
  }
})
