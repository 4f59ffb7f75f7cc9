import { chooseTarget, explainSilence } from '../../../scripts/ops/target.ts'
import { runOps } from './harness.ts'

jest.setTimeout(60_000)

const before = process.env
beforeEach(() => (process.env = { ...before }))
afterEach(() => (process.env = before))

const LOCAL = 'http://127.0.0.1:9?ns=demo'
const ABROAD = 'https://ours-default-rtdb.europe-west1.firebasedatabase.app'

test('the Admin SDK is told the project that is worked on, whatever the shell has', () => {
  for (const name of ['GCLOUD_PROJECT', 'GOOGLE_CLOUD_PROJECT']) process.env[name] = 'other'
  chooseTarget({ databaseUrl: LOCAL })
  const { GCLOUD_PROJECT, GOOGLE_CLOUD_PROJECT } = process.env
  expect([GCLOUD_PROJECT, GOOGLE_CLOUD_PROJECT]).toEqual(['demo-latchkey', 'demo-latchkey'])
})

describe('the database of a real project', () => {
  test('is that of the params, or of --database-url: then nothing is guessed', () => {
    process.env['DATABASE_URL'] = ABROAD
    const named = { databaseUrls: [ABROAD], isGuessed: false }
    expect(chooseTarget({ project: 'ours' })).toMatchObject(named)
    delete process.env['DATABASE_URL']
    expect(chooseTarget({ project: 'ours', databaseUrl: ABROAD })).toMatchObject(named)
  })

  test('else it is looked for in us-central1, and its silence says that it may be elsewhere', () => {
    // An entry that `ops params` has written names none.
    process.env['DATABASE_URL'] = ''
    const target = chooseTarget({ project: 'ours' })
    expect(target).toMatchObject({
      databaseUrls: ['https://ours-default-rtdb.firebaseio.com'],
      isGuessed: true,
    })
    for (const way of ['us-central1', 'functions/.env.ours', 'DATABASE_URL=', '--database-url']) {
      expect(explainSilence(target)).toContain(way)
    }
    expect(explainSilence({ ...target, isGuessed: false })).not.toContain('us-central1')
  })

  test('a command says so, and the doctor does', async () => {
    // Nothing leaves this machine: without credentials nobody is called, and who is, by a proxy that is not there.
    const nowhere = 'http://127.0.0.1:9'
    const env = { METADATA_SERVER_DETECTION: 'none', HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere }
    const at = (command: string) => runOps(['--project', 'ours', '--json', command], { env })
    const [stats, doctor] = await Promise.all([at('stats'), at('doctor')])
    expect([stats.code, stats.stdout]).toEqual([1, ''])
    expect(stats.stderr).toContain('functions/.env.ours')
    expect(doctor.code).toBe(1)
    expect(doctor.stdout).toMatch(/"check":"clock".*functions\/\.env\.ours/)
  })
})
