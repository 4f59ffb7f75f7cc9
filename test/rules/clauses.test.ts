import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkRules } from '../../scripts/rules/checkRules.ts'
import { EVERYBODY } from './identities.ts'
import { CASES } from './cases.ts'

const RULES = readFileSync(join(__dirname, '../../database.rules.json'), 'utf8')
const cases = Object.values(CASES).flat()

test('every clause of the rules is needed: a case fails without it', () => {
  const { unmet, survivors, mutants } = checkRules(RULES, cases)
  expect(unmet).toEqual([])
  expect(survivors).toEqual([])
  // Were the rules not taken apart, nothing would survive, either.
  expect(mutants).toBeGreaterThan(300)
})

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
