import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CASES } from '../test/rules/cases.ts'
import { inCheckout } from './local/checkout.ts'
import { checkRules, type RulesReport } from './rules/checkRules.ts'

const usage = `Shows that no clause of the database's security rules could be missing unnoticed: leaves them out
one by one, and tries all cases of test/rules/cases.ts on what is left.

Usage: npx tsx scripts/check-rules.ts [options]

  --rules <file>   the rules file (default: database.rules.json)
  --json           the result as JSON
  --help           this text

Exit code 0: every change is noticed. 1: one is not, or the rules do not meet the cases. 2: wrong use.`

process.exitCode = main(process.argv.slice(2))

function main(args: readonly string[]): number {
  const options = optionsOf(args)
  if (options === null) return 2
  if (options.help) {
    console.log(usage)
    return 0
  }
  try {
    const text = readFileSync(options.rules ?? inCheckout('database.rules.json'), 'utf8')
    const report = checkRules(text, Object.values(CASES).flat())
    console.log(options.json ? JSON.stringify(report, null, 2) : linesOf(report).join('\n'))
    return report.unmet.length + report.survivors.length === 0 ? 0 : 1
  } catch (error) {
    say(`The rules cannot be checked. ${(error as Error).message}`)
    return 1
  }
}

function optionsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rules: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    say(`${(error as Error).message}\n\n${usage}`)
    return null
  }
}

function linesOf({ cases, mutants, unmet, survivors }: RulesReport): string[] {
  if (unmet.length > 0) {
    return [
      ...unmet.map(({ title, why }) => `Not as it should be: ${title}\n${why}`),
      `${unmet.length} of ${cases} cases are not met. Mend the rules, or the cases.`,
    ]
  }
  if (survivors.length > 0) {
    return [
      ...survivors.map(({ line, rule, change }) => `line ${line}, ${rule}: ${change}`),
      `${survivors.length} of ${mutants} changes go unnoticed. For each, add a case that fails with it, or take the clause away.`,
    ]
  }
  return [`${mutants} changes to the rules, ${cases} cases: each change is noticed.`]
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
