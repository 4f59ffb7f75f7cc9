import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseEnv } from 'node:util'
import { declaredParams } from 'firebase-functions/params'
import { DEPLOYMENT, SETTINGS } from '../../../functions/src/config.ts'
import { inCheckout } from '../../../scripts/local/checkout.ts'
import { defaultOf } from '../../../scripts/ops/params.ts'
import { linesOf, runOps } from './harness.ts'

jest.setTimeout(60_000)

// What `firebase deploy` asks for, against the very code with which it asks.

/** Of a project that nobody has, and of this run alone. */
const PROJECT = `params-of-${process.pid}`
const file = inCheckout(`functions/.env.${PROJECT}`)
afterEach(() => rmSync(file, { force: true }))

const params = Object.values({ ...DEPLOYMENT, ...SETTINGS })
const DEFAULTS = Object.fromEntries(params.map((param) => [param.name, defaultOf(param)]))

type Envs = Readonly<Record<string, string>>
interface Spec {
  readonly type: string
}
const require_ = createRequire(__filename)
const { parseStrict } = require_('firebase-tools/lib/functions/env') as {
  parseStrict: (text: string) => Envs
}
const { resolveParams } = require_('firebase-tools/lib/deploy/functions/params') as {
  resolveParams: (options: object) => Promise<object>
}

/** Where nobody can be asked. Secrets are in Secret Manager, and asked for there. */
const deploy = (userEnvs: Envs): Promise<object> => {
  const specs = declaredParams.map((param) => (param as unknown as { toSpec(): Spec }).toSpec())
  return resolveParams({
    params: specs.filter(({ type }) => type !== 'secret'),
    firebaseConfig: { projectId: PROJECT },
    userEnvs,
    codebase: 'default',
    nonInteractive: true,
  })
}

const missing = (...options: readonly string[]) =>
  runOps(['--project', PROJECT, ...options, 'params'])

test('without an entry for each param a deployment fails where nobody can be asked', async () => {
  await expect(deploy({})).rejects.toThrow(/non-interactive mode.*REGION/)
})

test('what is missing is appended at its default, and then nothing is asked for', async () => {
  // As an editor may leave it: without the end of its last line.
  writeFileSync(file, '# Ours\nSMS_PER_DAY=7\nREGION=europe-west1')
  const run = await missing()
  expect(run.code).toBe(0)
  appendFileSync(file, run.stdout)

  const text = readFileSync(file, 'utf8')
  const wanted = { ...DEFAULTS, SMS_PER_DAY: '7', REGION: 'europe-west1' }
  expect(parseStrict(text)).toEqual(wanted)
  expect({ ...parseEnv(text) }).toEqual(wanted)
  await expect(deploy(parseStrict(text))).resolves.toBeDefined()
  for (const { name, options } of params) {
    const isNew = !['SMS_PER_DAY', 'REGION'].includes(name)
    expect([name, text.includes(`\n# ${options.description}\n${name}=`)]).toEqual([name, isNew])
  }

  const again = await missing()
  expect([again.code, again.stdout]).toEqual([0, ''])
})

test('as JSON each is a line; without a project it is not clear whose they are', async () => {
  const rows = linesOf(await missing('--json')) as { name: string; value: string }[]
  expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual(DEFAULTS)
  const run = await runOps(['params'])
  expect([run.code, run.stdout]).toEqual([2, ''])
})
