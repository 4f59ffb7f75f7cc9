import { assessAll } from '../../../scripts/ops/assess.ts'
import { withConnection, type Connection } from '../../../scripts/ops/connection.ts'
import type { Order } from '../../../scripts/ops/eachDatabase.ts'
import type { Exit } from '../../../scripts/ops/opsError.ts'
import type { Output } from '../../../scripts/ops/output.ts'
import { sweepAll } from '../../../scripts/ops/sweep.ts'
import { chooseTarget } from '../../../scripts/ops/target.ts'
import { startDatabase, type TestDatabase } from '../../functions/harness/database.ts'
import { urlOf } from './harness.ts'

// In this process, for the time of a command of its own is not a test's to set.

const before = { ...process.env }
let base: TestDatabase
beforeAll(async () => (base = await startDatabase()))
afterAll(async () => {
  process.env = before
  await base.close()
})

const JOBS: Readonly<Record<string, (it: Connection, order: Order, out: Output) => Promise<Exit>>> =
  {
    sweep: (it, order, out) => sweepAll(it, { fromStart: false, ...order }, out),
    assess: assessAll,
  }

test.each(Object.entries(JOBS))('%s: 1 when the time did not suffice', async (_name, job) => {
  process.env['BEHAVIOUR'] = 'observe'
  const told: object[] = []
  const output: Output = {
    isJson: true,
    result: (value) => Promise.resolve(void told.push(value)),
    say: () => undefined,
  }
  /** So many minutes go by between two looks at the clock. */
  const run = (minutes: number) => {
    const now = () => (base.clock.ms += minutes * 60_000)
    return withConnection(chooseTarget({ databaseUrl: urlOf(base) }), (connection) =>
      job(connection, { who: 'ada', dryRun: false, now }, output),
    )
  }
  expect(await run(0)).toBe(0)
  expect(await run(11)).toBe(1)
  expect(told).toHaveLength(2)
})
