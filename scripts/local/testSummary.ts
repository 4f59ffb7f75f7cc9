import { relative } from 'node:path'

/** The part of Jest's `--json` report that counts. */
export interface JestReport {
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { status: string }[]
  }[]
}

interface Counts {
  passed: number
  failed: number
  skipped: number
}

export interface Summary {
  /** One line for each kind of test; the last line holds the totals. */
  lines: string[]
  failed: boolean
}

/** A test's kind by its folder; all others are unit tests. */
const kindOf = (path: string) => /^test\/(e2e|rules)\//.exec(path)?.[1] ?? 'unit'

/** @param report Jest's; `undefined` when it has not come to the tests at all. */
export function summarize(report: JestReport | undefined, root: string): Summary {
  const byKind = new Map<string, Counts>()
  for (const file of report?.testResults ?? []) {
    const path = relative(root, file.name).replaceAll('\\', '/')
    const kind = kindOf(path)
    byKind.set(kind, add(byKind.get(kind), countsOf(file)))
  }
  if (byKind.size === 0) byKind.set('no test has run', { passed: 0, failed: 1, skipped: 0 })
  const total = [...byKind.values()].reduce(add)
  const lines = [...byKind].map(([kind, counts]) => `${kind}: ${format(counts)}`)
  return { lines: [...lines.sort(), format(total)], failed: total.failed > 0 }
}

function countsOf(file: JestReport['testResults'][number]): Counts {
  const number = (status: string) =>
    file.assertionResults.filter((result) => result.status === status).length
  const counts = { passed: number('passed'), failed: number('failed'), skipped: 0 }
  counts.skipped = file.assertionResults.length - counts.passed - counts.failed
  // A file that cannot be loaded has no results, and counts as one failure.
  if (file.status === 'failed' && counts.failed === 0) counts.failed = 1
  return counts
}

const add = (a: Counts | undefined, b: Counts): Counts => ({
  passed: (a?.passed ?? 0) + b.passed,
  failed: (a?.failed ?? 0) + b.failed,
  skipped: (a?.skipped ?? 0) + b.skipped,
})

const format = ({ passed, failed, skipped }: Counts) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`
