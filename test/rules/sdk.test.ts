import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'
import type { Attempt, Outcome } from './case.ts'
import { CASES } from './cases.ts'
import { dataOf } from './judge.ts'
import { NAMESPACE, connectParties, type Parties, type Sdk, inOrderOf } from './parties.ts'
import { NOW } from './world.ts'

const RULES = readFileSync(join(__dirname, '../../database.rules.json'), 'utf8')

let rtdb: Rtdb
let parties: Parties
/** How everything is answered to somebody who is signed out. */
const statuses: number[] = []

beforeAll(async () => {
  rtdb = await startRtdb({ now: () => NOW })
  statuses.push(await readAll())
  parties = await connectParties(rtdb, RULES)
  statuses.push(await readAll())
})

afterAll(async () => {
  await parties.close()
  await rtdb.close()
})

test('a namespace without rules is open; ours are loaded, and deny', () => {
  expect(statuses).toEqual([200, 401])
})

describe.each(Object.entries(CASES))('%s', (_, cases) => {
  test.each(cases)('$title: $outcome', async ({ who, does, outcome, given }) => {
    rtdb.import(NAMESPACE, dataOf(given))
    const before = rtdb.export(NAMESPACE)
    expect(await attempt(parties.sdkOf[who], does)).toBe(outcome)
    if (outcome !== 'allowed') expect(rtdb.export(NAMESPACE)).toEqual(before)
  })
})

async function attempt(sdk: Sdk, does: Attempt): Promise<Outcome> {
  try {
    if ('write' in does) await write(sdk, does.write)
    else if (does.orderBy === undefined) await sdk.ref(does.read || '/').get()
    else await inOrderOf(sdk.ref(does.read), does.orderBy).get()
    return 'allowed'
  } catch (error) {
    return refusalIn(error)
  }
}

/** One value is set, as the service does with nonces; several are one multi-path update. */
async function write(sdk: Sdk, values: Readonly<Record<string, unknown>>): Promise<void> {
  const [[path, value], ...more] = Object.entries(values) as [[string, unknown]]
  if (more.length === 0) await sdk.ref(path || '/').set(value)
  else await sdk.ref('/').update(values)
}

/** Nothing but a refusal by the rules counts as one. */
function refusalIn(error: unknown): Outcome {
  const { message } = error as Error
  if (/permission.denied/i.test(message)) return 'denied'
  if (/index not defined/i.test(message)) return 'no index'
  throw error
}

async function readAll(): Promise<number> {
  return (await fetch(`${rtdb.url}/.json?ns=${NAMESPACE}`)).status
}
