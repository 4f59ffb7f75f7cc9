import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkRules, type RulesReport } from '../../scripts/rules/checkRules.ts'
import { CASES } from './cases.ts'
import { EVERYBODY } from './identities.ts'

const root = join(__dirname, '../..')
const cases = Object.values(CASES).flat()

/** The script as it is run by hand. */
function run(...args: string[]) {
  const script = join(root, 'scripts/check-rules.ts')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, ...args],
    { cwd: root, encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

test('every clause of the rules is needed: a case fails without it', () => {
  const { status, stdout, stderr } = run('--json')
  const { unmet, survivors, mutants } = JSON.parse(stdout) as RulesReport
  expect({ unmet, survivors, stderr }).toEqual({ unmet: [], survivors: [], stderr: '' })
  expect(status).toBe(0)
  // Were the rules not taken apart, nothing would survive, either.
  expect(mutants).toBeGreaterThan(300)
}, 120_000)

test('the cases are many, and no two have one title', () => {
  expect(cases.length).toBeGreaterThan(200)
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length)
  for (const who of EVERYBODY) {
    expect(cases.filter((each) => each.who === who).length).toBeGreaterThan(50)
  }
})

test('a clause that changes nothing is found, and so is a rule that is wrong', () => {
  const asked = cases.filter(({ does }) => 'read' in does && /^users\//.test(does.read))
  const rules = (read: string) => JSON.stringify({ rules: { users: { $uid: { '.read': read } } } })
  const needless = checkRules(rules('auth != null && auth.uid === $uid'), asked)
  expect(needless.survivors).toEqual([
    { rule: '/users/$uid/.read', line: 1, change: 'without auth !== null' },
  ])
  const wrong = checkRules(rules('auth.uid !== null'), asked)
  expect(wrong.unmet.map(({ title }) => title)).toContain('bob: reads /users/ada')
  expect(wrong.survivors).toEqual([])
})

describe('the script', () => {
  test('explains itself', () => {
    const { status, stdout } = run('--help')
    expect(status).toBe(0)
    expect(stdout).toContain('Usage: npx tsx scripts/check-rules.ts')
  })

  test('refuses an option that it does not know, with the usage', () => {
    const { status, stdout, stderr } = run('--rule', 'x')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain("Unknown option '--rule'")
    expect(stderr).toContain('Usage:')
  })

  test('fails when the rules do not meet the cases, and says which rule is why', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-rules-'))
    const file = join(folder, 'rules.json')
    writeFileSync(file, '{"rules":{".read":"auth != null"}}')
    const { status, stdout } = run('--rules', file)
    rmSync(folder, { recursive: true })
    expect(status).toBe(1)
    expect(stdout).toContain('Not as it should be: bob: reads /users/ada\nIt is allowed.')
  })

  test('fails when there is no such file, and says so', () => {
    const { status, stdout, stderr } = run('--rules', 'none.json')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('none.json')
  })
})
