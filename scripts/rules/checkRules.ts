import { explain, parseRules } from '../../rtdb/src/rules/index.ts'
import type { Case } from '../../test/rules/case.ts'
import { judgeOf, type Judge } from '../../test/rules/judge.ts'
import { mutantsOf, type Mutant } from './mutantsOf.ts'

/** What the cases say about a rules file, and about what is left of it when a part is missing. */
export interface RulesReport {
  readonly cases: number
  readonly mutants: number
  /** Cases that the file itself does not meet. */
  readonly unmet: readonly { readonly title: string; readonly why: string }[]
  /** Mutants that meet all cases: nobody would notice. */
  readonly survivors: readonly Omit<Mutant, 'text'>[]
}

/**
 * Tries the cases on the file and on each of its mutants.
 * @throws RulesError when the file is no rules file
 */
export function checkRules(text: string, cases: readonly Case[]): RulesReport {
  const trials = cases.map((each) => ({ ...each, judge: judgeOf(each) }))
  const rules = parseRules(text)
  const unmet = trials.flatMap((trial) => {
    const { outcome, why } = trial.judge(rules)
    if (outcome === trial.outcome) return []
    return [{ title: trial.title, why: why ? explain(why) : `It is ${outcome}.` }]
  })
  const mutants = mutantsOf(text)
  const survivors = unmet.length === 0 ? survivorsOf(mutants, trials) : []
  return { cases: cases.length, mutants: mutants.length, unmet, survivors }
}

interface Trial extends Case {
  readonly judge: Judge
}

function survivorsOf(mutants: readonly Mutant[], trials: readonly Trial[]) {
  // The cases that found the last mutants are asked first: neighbours are about the same rule.
  let queue = [...trials]
  return mutants.flatMap(({ text, ...mutant }) => {
    const rules = parseRules(text)
    const finder = queue.find(({ judge, outcome }) => judge(rules).outcome !== outcome)
    if (finder === undefined) return [mutant]
    queue = [finder, ...queue.filter((trial) => trial !== finder)]
    return []
  })
}
