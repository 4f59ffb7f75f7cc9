import type { Rules } from './rules/index.ts'
import type { Path } from './tree/index.ts'

/** The variables of a rule that show stored data. */
const DATA = /\b(?:data|root)\b/

/** Whether an expression looks at stored data. May say yes for a word in a string, never no for a variable. */
export function asksData(expression: string | null): boolean {
  return expression !== null && DATA.test(expression)
}

/** Whether a write can change who may read a path: only where a `.read` on the way to it looks at data. */
export function readDependsOnData(rules: Rules, path: Path): boolean {
  let node: Rules['root'] | null = rules.root
  for (let depth = 0; node !== null; depth++) {
    if (asksData(node.read?.expression ?? null)) return true
    const key = path[depth]
    if (key === undefined) return false
    node = node.children.get(key) ?? node.wildcard
  }
  return false
}
