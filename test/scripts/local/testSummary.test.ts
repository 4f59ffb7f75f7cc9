import { summarize, type JestReport } from '../../../scripts/local/testSummary.ts'

const file = (path: string, statuses: string[], status = 'passed') => ({
  name: `/checkout/${path}`,
  status,
  message: '',
  assertionResults: statuses.map((each) => ({ status: each })),
})

const summary = (...testResults: JestReport['testResults']) =>
  summarize({ testResults }, '/checkout')

test('a line for each kind, and the totals alone on the last line', () => {
  const result = summary(
    file('test/functions/a.test.ts', ['passed', 'passed']),
    file('test/rtdb/b.test.ts', ['passed', 'pending', 'todo']),
    file('test/rules/c.test.ts', ['passed']),
    file('test/e2e/d.test.ts', ['passed']),
  )
  expect(result).toEqual({
    lines: [
      'e2e: 1 passed, 0 failed, 0 skipped',
      'rules: 1 passed, 0 failed, 0 skipped',
      'unit: 3 passed, 0 failed, 2 skipped',
      '5 passed, 0 failed, 2 skipped',
    ],
    failed: false,
  })
})

test('a failed test fails the run', () => {
  const result = summary(file('test/rtdb/a.test.ts', ['passed', 'failed'], 'failed'))
  expect(result.failed).toBe(true)
  expect(result.lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped')
})

test('a file that cannot be loaded is one failure', () => {
  const result = summary(file('test/rtdb/a.test.ts', [], 'failed'))
  expect(result.failed).toBe(true)
  expect(result.lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
})

test('a run in which nothing has run is a failure', () => {
  expect(summarize(undefined, '/checkout').failed).toBe(true)
  expect(summarize({ testResults: [] }, '/checkout').lines.at(-1)).toBe(
    '0 passed, 1 failed, 0 skipped',
  )
})
