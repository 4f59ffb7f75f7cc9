import { existsSync, readFileSync } from 'node:fs'
import { DEPLOYMENT, MASTER_SECRETS, SETTINGS } from '../../functions/src/config.ts'
import { SMS_SECRET } from '../../functions/src/accountSettings.ts'
import { ATTESTATION_SECRETS } from '../../functions/src/attestSettings.ts'
import { OPEN_KEYS_MAX, WAITING_KEYS_MAX } from '../../functions/src/usage/usage.ts'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { pages, rowsOf, sectionOf, sourceOf } from './harness/pages.ts'
import { routes } from './harness/routes.ts'

/** The default as an operator would write it. */
const textOf = ({ options }: { readonly options: object }): string => {
  const { default: value } = options as { default: unknown }
  return value === '' ? '(empty)' : `\`${String(value)}\``
}
const params = Object.values({ ...SETTINGS, ...DEPLOYMENT })
const isParam = (cell = '') => /^`[A-Z][A-Z0-9_]+`$/.test(cell)

describe('the page of the settings', () => {
  const rows = rowsOf(sectionOf('docs/settings.md', '## All params'))

  test.each(params.map((param) => [param.name, param]))(
    'has %s as the code has it',
    (name, param) => {
      expect(rows).toContainEqual([`\`${name}\``, textOf(param), param.options.description])
    },
  )
  test('has no row for a param that is gone', () => {
    const documented = rows.map(([cell]) => cell!).filter(isParam)
    expect(documented.sort()).toEqual(params.map(({ name }) => `\`${name}\``).sort())
  })
  test('has every secret that the functions are given', () => {
    const named = rowsOf(sectionOf('docs/settings.md', '## Secrets')).map(([cell]) => cell)
    for (const { name } of [MASTER_SECRETS, SMS_SECRET, ATTESTATION_SECRETS]) {
      expect(named).toContain(`\`${name}\``)
    }
  })
})

describe('the README', () => {
  test('gives the defaults of the settings that it names', () => {
    const rows = rowsOf(sectionOf('README.md', '## Settings')).filter(([cell]) => isParam(cell))
    expect(rows.length).toBeGreaterThan(5)
    for (const [name, fallback] of rows) {
      const param = params.find((each) => `\`${each.name}\`` === name)
      expect([name, fallback]).toEqual([name, param && textOf(param)])
    }
  })
  test.each([
    'Blaze',
    'Anonymous',
    'MASTER_SECRETS',
    'SMS_SECRET',
    'ATTESTATION_SECRETS',
    'docs/costs.md',
  ])('says what a deployment needs: %s', (word) =>
    expect(sectionOf('README.md', '## Deploy it')).toContain(word),
  )
  test('says its trade-offs', () => {
    expect(sectionOf('README.md', '## Trade-offs, said plainly')).toContain('master secret')
  })
  test('can be read in five minutes', () => {
    // 250 words a minute; tables, code and diagrams are looked at, not read.
    const prose = sourceOf('README.md').replace(/```[^]*?```|^\|.*$/gm, '')
    expect(prose.split(/\s+/).length).toBeLessThan(1250)
  })
})

test('every param that any page names is one', () => {
  const known = [
    ...params.map(({ name }) => name),
    ...[MASTER_SECRETS, SMS_SECRET, ATTESTATION_SECRETS].map(({ name }) => name),
  ]
  // Of the local database, of the tests, of Firebase and of the Keychain.
  const others = [
    'HTTP_PROXY',
    'ATTEST_EMULATOR_HOST',
    'FIREBASE_DATABASE_EMULATOR_HOST',
    'PERMISSION_DENIED',
    'CHROME_PATH',
    'THIS_DEVICE_ONLY',
    // Of RFC 7518.
    'RSA1_5',
  ]
  for (const { file } of pages.filter((page) => page.file.startsWith('docs/'))) {
    const named = sourceOf(file).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)[=`]/g)
    for (const [, name = ''] of named) {
      expect([file, [...known, ...others]]).toEqual([file, expect.arrayContaining([name])])
    }
  }
})

test('what must wake somebody is on the list of alerts: all errors of the log', () => {
  const source = readFileSync(inCheckout('functions/src/log.ts'), 'utf8')
  const errors = [...source.matchAll(/^ {2}(\w+): 'ERROR',$/gm)].map(([, event]) => event!)
  expect(errors.length).toBeGreaterThan(3)
  const [, alerts] = /\*\*An alert on the log\*\*([^]*?)\n- /.exec(sourceOf('docs/deploy.md')) ?? []
  for (const event of errors) expect(alerts).toContain(`"${event}"`)
})

test('the page of usage has the caps of the code', () => {
  const page = sourceOf('docs/usage.md')
  const text = (cap: number) => cap.toLocaleString('en')
  expect(page).toContain(`keeps ${text(OPEN_KEYS_MAX)} keys of the hour`)
  expect(page).toContain(`and ${text(WAITING_KEYS_MAX)} that wait to be written`)
  expect(page).toContain(`more than ${text(OPEN_KEYS_MAX)} keys in a minute are written earlier`)
})

describe('the page of the API', () => {
  const rows = rowsOf(sectionOf('docs/api.md', '## Routes')).slice(1)

  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s: guard, nonce and scope are those of the route map',
    (name, { guard }) => {
      const row = rows.find(([cell]) => cell === `\`${name}\``)
      expect(row).toBeDefined()
      const [, said = ''] = row!
      expect(said.startsWith(typeof guard === 'string' ? 'open' : 'signed')).toBe(true)
      if (typeof guard === 'string') return
      expect(said.includes('exactly once')).toBe(guard.nonce === 'durable')
      expect(/scope `([^`]+)`/.exec(said)?.[1]).toBe(guard.scope)
    },
  )
  test('has no route that is not there', () => {
    expect(rows.map(([cell]) => cell)).toEqual(
      expect.arrayContaining(routes.map(({ method, path }) => `\`${method} ${path}\``)),
    )
    expect(rows).toHaveLength(routes.length)
  })
})

test('every npm script is in CONTRIBUTING', () => {
  const { scripts } = JSON.parse(sourceOf('package.json')) as { scripts: Record<string, string> }
  const commands = sectionOf('CONTRIBUTING.md', '## Set up')
  for (const name of Object.keys(scripts)) {
    const command = ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`
    expect([name, commands.includes(`\`${command}\``)]).toEqual([name, true])
  }
})

test('every line that the service logs is on the page of operating', () => {
  const [, severities = ''] = sourceOf('functions/src/log.ts').split('const SEVERITY = {')
  const events = [...severities.split('}')[0]!.matchAll(/^\s+(\w+):/gm)].map(([, name]) => name!)
  expect(events.length).toBeGreaterThan(10)
  const table = sectionOf('docs/operate.md', '## Logs')
  for (const name of events) expect([name, table.includes(`\`${name}\``)]).toEqual([name, true])
})

test('every table of the database is on the page of the rules', () => {
  const rules = JSON.parse(
    readFileSync(inCheckout('database.rules.json'), 'utf8').replace(/^\s*\/\/.*$/gm, ''),
  ) as { rules: Record<string, unknown> }
  const cells = rowsOf(sectionOf('docs/rules.md', '## Who reads and writes what'))
  const named = cells.flatMap(([cell = '']) =>
    [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name),
  )
  for (const name of Object.keys(rules.rules)) expect(named).toContain(name)
  for (const name of named) expect(Object.keys(rules.rules)).toContain(name)
})

describe('the threats', () => {
  const rows = rowsOf(sectionOf('docs/security.md', '## Threats, defences, proofs')).slice(1)

  test('are all there, each once', () => {
    const all = Array.from({ length: 26 }, (_, n) => `T${n + 1}`)
    expect(rows.map(([id]) => id)).toEqual(all)
  })
  test.each(rows.map(([id = '', attack = '', , tests = '']) => [id, attack, tests]))(
    '%s (%s) has its tests',
    (_id, _attack, tests) => {
      const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
      expect(files.length).toBeGreaterThan(0)
      for (const file of files) {
        expect([file, existsSync(inCheckout(file))]).toEqual([file, true])
        expect(sourceOf(file)).toMatch(/\b(?:test|describe)(?:\.each)?\(/)
      }
    },
  )
})
