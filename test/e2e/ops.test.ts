import { linesOf, runNpmOps, type Run } from '../scripts/ops/harness.ts'
import { startRegisteredApp, type RegisteredApp } from './harness/registeredApp.ts'
import { running } from './harness/running.ts'

// `npm run ops` against everything that `npm start` runs: the keys are those of apps that have registered,
// and what a command does is seen by the app.

jest.setTimeout(90_000)

const { databaseUrl, databaseEmulatorHost, namespace, authEmulatorHost, projectId } = running()
const { masterSecrets } = running()

/** Other tests of the run leave keys behind, and entries in the audit trail: these are told by their author. */
const WHO = `e2e-${process.pid}`

const ops = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> =>
  runNpmOps(['--database-url', databaseUrl, '--json', '--as', WHO, ...args], {
    // A shell may be set to another project; users are looked for in the one that is worked on.
    env: {
      FIREBASE_AUTH_EMULATOR_HOST: authEmulatorHost,
      GOOGLE_CLOUD_PROJECT: 'somebody-elses',
      ...env,
    },
  })

const resultsOf = async (args: readonly string[]) => {
  const run = await ops(args)
  expect([run.code, run.stderr]).toEqual([0, ''])
  return linesOf(run) as Record<string, unknown>[]
}

const apps: RegisteredApp[] = []
const newApp = async (): Promise<RegisteredApp> => {
  const app = await startRegisteredApp()
  apps.push(app)
  return app
}
afterAll(() => Promise.all(apps.map((app) => app.close())))

/** What the app gets for a signed request, as soon as it is no longer `before`; a second is what the feed may take. */
async function answerAfter(app: RegisteredApp, before: string): Promise<string> {
  const until = performance.now() + 1000
  for (;;) {
    const { status, code } = (await (await app.get('/installs/current')).json()) as {
      status: unknown
      code?: string
    }
    const answer = code ?? String(status)
    if (answer !== before || performance.now() > until) return answer
  }
}

describe('keys', () => {
  test('suspend, resume, rotate and revoke: the app is told within a second, and all is in the audit trail', async () => {
    const app = await newApp()
    expect(await answerAfter(app, '')).toBe('active')
    const steps = [
      ['suspend', 'key_suspended'],
      ['resume', 'active'],
      ['rotate', 'key_superseded'],
      ['revoke', 'key_revoked'],
    ] as const
    let before = 'active'
    for (const [action, expected] of steps) {
      const order = ['keys', action, app.keyId, '--reason', `test of ${action}`]
      expect(await resultsOf(order)).toMatchObject([{ action, changed: 1, refused: 0 }])
      expect(await answerAfter(app, before)).toBe(expected)
      before = expected
    }
    const trail = await resultsOf(['audit', '--target', app.keyId])
    expect(trail.map(({ who, action, reason }) => [who, action, reason])).toEqual(
      [...steps].reverse().map(([action]) => [WHO, `keys ${action}`, `test of ${action}`]),
    )
  })

  test('list, show and find: a key is found by its UID, its ID and its API key, and no secret is shown', async () => {
    const app = await newApp()
    await app.get('/installs/current')
    const own = [{ keyId: app.keyId, uid: app.uid, status: 'active' }]
    expect(await resultsOf(['keys', 'list', '--uid', app.uid])).toMatchObject(own)
    for (const clue of [app.uid, app.keyId, app.apiKey]) {
      const run = await ops(['keys', 'find', clue])
      expect(linesOf(run)).toMatchObject(own)
      expect(run.stdout + run.stderr).not.toContain(app.apiKey)
    }
    const [shown] = await resultsOf(['keys', 'show', app.keyId])
    expect(shown).toMatchObject({ ...own[0], masterVersion: 1 })
    expect(shown).toMatchObject({ scopes: expect.arrayContaining(['accounts']) as unknown })
    // It was used: that is recorded, and its drop is gone.
    expect(shown).toHaveProperty('firstUsedAt')
    expect(shown).not.toHaveProperty('pickupBy')
  })

  test('a dry run changes nothing', async () => {
    const app = await newApp()
    const order = ['--dry-run', 'keys', 'revoke', '--uid', app.uid]
    expect(await resultsOf(order)).toMatchObject([{ dryRun: true, changed: 1 }])
    expect(await answerAfter(app, 'active')).toBe('active')
    expect(linesOf(await ops(['audit', '--target', app.keyId]))).toEqual([])
  })
})

describe('sweep', () => {
  /** As the owner, whom no rules hold: for times that a test cannot wait for. */
  async function write(path: string, value: unknown): Promise<void> {
    const url = `http://${databaseEmulatorHost}/${path}.json?ns=${namespace}`
    const headers = { authorization: 'Bearer owner' }
    const answer = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(value) })
    expect(answer.status).toBe(200)
  }

  async function isUser(uid: string): Promise<boolean> {
    const answer = await fetch(
      `http://${authEmulatorHost}/identitytoolkit.googleapis.com/v1/projects/${projectId}/accounts:lookup`,
      {
        method: 'POST',
        headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
        body: JSON.stringify({ localId: [uid] }),
      },
    )
    return ((await answer.json()) as { users?: unknown[] }).users !== undefined
  }

  test('DELETE_ANONYMOUS_USERS: with the last key of a UID, its Auth user goes; others stay', async () => {
    const [ended, other] = [await newApp(), await newApp()]
    await resultsOf(['keys', 'revoke', ended.keyId])
    const removed = async (env: Record<string, string>) =>
      (linesOf(await ops(['sweep'], env))[0] as { removed: Record<string, number> }).removed

    // Revoked a moment ago: it is kept for 30 days.
    expect(await removed({ DELETE_ANONYMOUS_USERS: 'true' })).toMatchObject({ users: 0 })
    expect(await isUser(ended.uid)).toBe(true)

    await write(`installs/${ended.keyId}/removeAfter`, Date.now() - 1)
    expect(await removed({ DELETE_ANONYMOUS_USERS: 'true' })).toMatchObject({
      installs: 1,
      users: 1,
    })
    expect([await isUser(ended.uid), await isUser(other.uid)]).toEqual([false, true])
    expect((await ops(['keys', 'show', ended.keyId])).code).toBe(1)
    expect(await answerAfter(other, '')).toBe('active')
  })

  test('without that setting the user stays', async () => {
    const app = await newApp()
    await resultsOf(['keys', 'revoke', app.keyId])
    await write(`installs/${app.keyId}/removeAfter`, Date.now() - 1)
    expect(await resultsOf(['sweep'])).toMatchObject([{ removed: { installs: 1, users: 0 } }])
    expect(await isUser(app.uid)).toBe(true)
  })
})

test('stats count what is there', async () => {
  const count = async () => {
    const [stats] = await resultsOf(['stats'])
    return stats as { installs: number; byStatus: { active: number } }
  }
  const before = await count()
  await newApp()
  const after = await count()
  expect(after.installs).toBeGreaterThan(before.installs)
  expect(after.byStatus.active).toBeGreaterThan(before.byStatus.active)
})

test('doctor finds nothing wrong with what npm start runs', async () => {
  const run = await ops(['doctor'], { MASTER_SECRETS: masterSecrets })
  const found = linesOf(run) as { check: string; verdict: string; detail: string }[]
  expect(found.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
  expect(found.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['rules', 'indexes', 'secrets', 'clock']),
  )
  expect(run.code).toBe(0)
})
