import { readFileSync } from 'node:fs'
import { behaviourSettings } from '../../functions/src/behaviour/settings.ts'
import { DEPLOYMENT, readConfig, SETTINGS } from '../../functions/src/config.ts'
import { isUnavailable } from '../../functions/src/deadline.ts'
import { makeRetiredVersions } from '../../functions/src/guard/retiredVersions.ts'
import { makeKeyring } from '../../functions/src/installs/keyring.ts'
import { parseRulesJson, type JsonNode } from '../../rtdb/src/rules/rulesJson.ts'
import { inCheckout } from '../local/checkout.ts'
import { secretIn } from '../local/secrets.ts'
import type { Connection } from './connection.ts'
import { EXIT, type Exit } from './opsError.ts'
import { columns, type Output } from './output.ts'
import { defaultOf } from './params.ts'
import { explainSilence, type Target } from './target.ts'

/** One thing that was looked at. `unknown`: it could not be looked at from here. */
export interface Finding {
  readonly check: string
  readonly verdict: 'ok' | 'wrong' | 'unknown'
  /** What was found, and what to do. Never a secret. */
  readonly detail: string
}

type Check = (patient: Patient) => Promise<Omit<Finding, 'check'>>

interface Patient {
  readonly target: Target
  readonly connection: Connection
}

/** In the order of the table; a check that fails does not keep the others from theirs. */
export async function examine(
  target: Target,
  connection: Connection,
  output: Output,
): Promise<Exit> {
  let exit: Exit = EXIT.done
  for (const [check, look] of Object.entries(CHECKS)) {
    const found = await Promise.resolve({ target, connection })
      .then(look)
      .catch((error: unknown) =>
        wrong(isUnavailable(error) ? explainSilence(target) : (error as Error).message),
      )
    if (found.verdict === 'wrong') exit = EXIT.failed
    const finding: Finding = { check, ...found }
    await output.result(finding, () =>
      columns([
        [found.verdict, 7],
        [check, 18],
        [found.detail, 0],
      ]),
    )
  }
  return exit
}

const ok = (detail: string) => ({ verdict: 'ok', detail }) as const
const wrong = (detail: string) => ({ verdict: 'wrong', detail }) as const
const unknown = (detail: string) => ({ verdict: 'unknown', detail }) as const

const CHECKS: Readonly<Record<string, Check>> = {
  runtime: () => {
    const { engines } = JSON.parse(readFileSync(inCheckout('functions/package.json'), 'utf8')) as {
      engines: { node: string }
    }
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    const isNewEnough = major > 20 || (major === 20 && minor >= 19)
    const found = `Node ${process.versions.node} here, ${engines.node} deployed`
    return Promise.resolve(isNewEnough ? ok(found) : wrong(`${found}: 20.19 is needed`))
  },

  params: ({ target }) => {
    // Secrets have a check of their own.
    const env = process.env
    env['DATABASE_URL'] ||= target.databaseUrls[0]!
    env['MASTER_SECRETS'] ??= ''
    env['SMS_SECRET'] ??= ''
    // A local run may be told what a deployment must not: its bounds hold for the local project alone.
    env['FUNCTIONS_EMULATOR'] = String(target.isLocal)
    behaviourSettings(readConfig())
    const known = Object.values({ ...SETTINGS, ...DEPLOYMENT })
    const set = known.filter((param) => {
      const { name } = param
      return name !== 'DATABASE_URL' && (env[name] ?? defaultOf(param)) !== defaultOf(param)
    })
    const names = set.map(({ name }) => name).join(', ')
    return Promise.resolve(
      ok(names === '' ? 'all at their defaults' : `all in range; set: ${names}`),
    )
  },

  secrets: ({ target }) => {
    const secrets = masterSecrets(target)
    if (secrets === '') {
      return Promise.resolve(
        unknown('put MASTER_SECRETS into the environment of this command to have it checked'),
      )
    }
    const keyring = makeKeyring(secrets)
    makeRetiredVersions(process.env['RETIRED_MASTER_VERSIONS'] ?? '', keyring.newestVersion)
    const accounts = Number(process.env['ACCOUNT_MASTER_VERSION'] ?? 1)
    if (!keyring.has(accounts)) {
      return Promise.resolve(wrong(`version ${accounts} is gone: accounts are found by it`))
    }
    return Promise.resolve(ok(`version ${keyring.newestVersion} issues`))
  },

  rules: async (patient) => {
    const file = canonical(readFileSync(inCheckout('database.rules.json'), 'utf8'))
    for (const url of patient.target.databaseUrls) {
      const deployed = canonical(await deployedRules(patient, url))
      if (JSON.stringify(deployed) !== JSON.stringify(file)) {
        return wrong(
          `${new URL(url).host} has other rules than database.rules.json: firebase deploy --only database`,
        )
      }
    }
    return ok('deployed as database.rules.json has them')
  },

  indexes: async (patient) => {
    const wanted = indexesIn(canonical(readFileSync(inCheckout('database.rules.json'), 'utf8')))
    for (const url of patient.target.databaseUrls) {
      const present = indexesIn(canonical(await deployedRules(patient, url)))
      const missing = wanted.filter((index) => !present.includes(index))
      if (missing.length > 0) return wrong(`missing: ${missing.join(', ')}`)
    }
    return ok(`all ${wanted.length} are there`)
  },

  'anonymous sign-in': async ({ target }) => {
    if (target.isLocal) return ok('always on in the emulator')
    const isOn = await isAnonymousOn(target.project)
    return isOn
      ? ok('on')
      : wrong('off: no app can register. Switch it on under Authentication, Sign-in method')
  },

  clock: async ({ connection }) => {
    const database = await connection.firebase.openDatabase()
    // Told by the server once it is connected.
    await connection.databases[0]!.read('revocations/heartbeat')
    const offset = (await database.ref('.info/serverTimeOffset').once('value')).val() as number
    const found = `${Math.round(offset)} ms from the database's`
    return Math.abs(offset) < CLOCK_MS_MAX
      ? ok(found)
      : wrong(`${found}: set this machine's clock, or its writes are refused`)
  },
}

/** The rules take times that are at most a minute ahead. */
const CLOCK_MS_MAX = 60_000

/** Of this command's environment; in local runs, of the emulator's file. */
function masterSecrets({ isLocal }: Target): string {
  const given = process.env['MASTER_SECRETS']
  if (given !== undefined && given !== '') return given
  if (!isLocal) return ''
  try {
    return secretIn(readFileSync(inCheckout('functions/.secret.local'), 'utf8'), 'MASTER_SECRETS')
  } catch {
    return ''
  }
}

async function deployedRules({ target, connection }: Patient, url: string): Promise<string> {
  if (!target.isLocal) return (await connection.firebase.openDatabase(url)).getRules()
  // The Admin SDK wants Google's credentials for this, an emulator's as well.
  const { origin, search } = new URL(url)
  const headers = { authorization: 'Bearer owner' }
  const answer = await fetch(`${origin}/.settings/rules.json${search}`, { headers })
  if (!answer.ok) throw new Error(`the database answers ${answer.status}`)
  return answer.text()
}

/** Without comments, and in one order. */
const canonical = (text: string): unknown => plain(parseRulesJson(text))

function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(
        [...node.members]
          .map(([key, { value }]) => [key, plain(value)] as const)
          .sort(([one], [other]) => (one < other ? -1 : 1)),
      )
    case 'array':
      return node.items.map(plain)
    case 'string':
    case 'boolean':
      return node.value
    case 'number':
    case 'null':
      return node.kind
  }
}

/** Such as `rules/installs/uid`. */
function indexesIn(rules: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof rules !== 'object' || rules === null) return []
  return Object.entries(rules).flatMap(([key, value]) =>
    key === '.indexOn'
      ? [value].flat().map((child) => [...path, String(child)].join('/'))
      : indexesIn(value, [...path, key]),
  )
}

/** What the console shows under Sign-in method (Identity Toolkit, `projects.getConfig`). */
async function isAnonymousOn(project: string): Promise<boolean> {
  const { applicationDefault } = await import('firebase-admin/app')
  const { access_token: token } = await applicationDefault().getAccessToken()
  const answer = await fetch(
    `https://identitytoolkit.googleapis.com/admin/v2/projects/${project}/config`,
    { headers: { authorization: `Bearer ${token}`, 'x-goog-user-project': project } },
  )
  if (!answer.ok) throw new Error(`Identity Toolkit answers ${answer.status}`)
  const { signIn } = (await answer.json()) as { signIn?: { anonymous?: { enabled?: boolean } } }
  return signIn?.anonymous?.enabled === true
}
