import { assessUsage } from '../../functions/src/behaviour/assessUsage.ts'
import { undoRisk } from '../../functions/src/behaviour/undoRisk.ts'
import type { Database } from '../../functions/src/database.ts'
import { withConnection } from '../../scripts/ops/connection.ts'
import { SETTINGS } from '../functions/behaviour/harness/evidence.ts'
import { newId } from '../functions/installs/harness/backend.ts'
import { startRegisteredApp, type RegisteredApp } from './harness/registeredApp.ts'
import { running } from './harness/running.ts'
import { dump } from './support/forms.ts'

// A genuine key that guesses codes: what its requests have counted leads to a step-up, to a suspension,
// and an operator undoes it. The scheduler is the only part that is not here: the emulators have none.

jest.setTimeout(60_000)

const { databaseUrl, databaseEmulatorHost, projectId } = running()

let app: RegisteredApp
beforeAll(async () => {
  app = await startRegisteredApp()
})
afterAll(() => app.close())

/** The database as the scheduled run has it. */
function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = databaseEmulatorHost
  process.env['GCLOUD_PROJECT'] = projectId
  return withConnection({ databaseUrls: [databaseUrl] }, ({ databases }) => work(databases[0]!))
}

/** This app's alone: other tests of the run misuse keys as well, and are not to be suspended for it. */
const ownRowsOf = (database: Database): Database => ({
  ...database,
  read: async (path) => (path === 'assessments/cursors' ? null : database.read(path)),
  select: async (table, selection) => {
    const rows = await database.select(table, selection)
    return table.startsWith('usage/') ? rows.filter(([keyId]) => keyId === app.keyId) : rows
  },
})

/** Runs until what was counted has led to this level: an instance writes its counts each second here. */
async function assessUntil(level: string): Promise<void> {
  const settings = { ...SETTINGS, patienceMs: 0, exemptMs: 0, mode: 'enforce' as const }
  await withDatabase(async (database) => {
    const until = Date.now() + 20_000
    while ((await levelNow()) !== level && Date.now() < until) {
      await assessUsage({
        database: ownRowsOf(database),
        home: database,
        settings,
        now: Date.now,
        newId,
        log: () => undefined,
        batch: 10_000,
        budgetMs: 10_000,
      })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })
  expect(await levelNow()).toBe(level)
}

const levelNow = async (): Promise<unknown> =>
  ((await dump(`installs/${app.keyId}/risk`)) as { level?: string } | null)?.level

async function guess(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const phone = `+49151${20_000_000 + (n % 8) * 10_007}`
    const answer = await app.post('/verify_otp', { phone, otp: '000000' })
    expect(answer.status).toBe(401)
  }
}

const codeOf = async (answer: Response): Promise<unknown> =>
  answer.status === 200 ? 'accepted' : ((await answer.json()) as { code: string }).code
const attested = async () => codeOf(await app.get('/installs/current'))
const unattested = async () => codeOf(await app.getUnattested('/installs/current', {}))

/** A second is what the feed may take. */
async function within(ask: () => Promise<unknown>, wanted: string): Promise<void> {
  const until = performance.now() + 1000
  let got = await ask()
  while (got !== wanted && performance.now() < until) got = await ask()
  expect(got).toBe(wanted)
}

test('is stepped up, then suspended, told so, and undone', async () => {
  expect([await attested(), await unattested()]).toEqual(['accepted', 'accepted'])

  await guess(16)
  await assessUntil('step_up')
  await within(unattested, 'attestation_failed')
  expect(await attested()).toBe('accepted')

  await guess(10)
  await assessUntil('suspended')
  await within(attested, 'key_suspended')
  const risk = (await dump(`risk/${app.keyId}`)) as { points: object }
  expect(risk.points).toMatchObject({ otp_hour: 60 })

  await withDatabase(async (database) => {
    const parts = { database, newId, nowMs: Date.now(), exemptMs: 60_000 }
    expect(await undoRisk(app.keyId, 'ada@desk', parts)).toBe('undone')
  })
  await within(unattested, 'accepted')
  const trail = Object.values((await dump('audit')) as Record<string, Record<string, unknown>>)
  const own = trail.filter(({ target }) => target === app.keyId)
  expect(own.map(({ who, action }) => [who, action]).sort()).toEqual([
    ['ada@desk', 'risk undo'],
    ['behaviour', 'risk step up'],
    ['behaviour', 'risk suspend'],
  ])
})
