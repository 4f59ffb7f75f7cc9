import type { Variables } from './compile.ts'
import type { Compiled } from './types.ts'
import type { RuleKind } from './verdict.ts'

/** The names that a rule of this kind may use, below these wildcards (outermost first). */
export function variablesOf(kind: RuleKind, wildcards: readonly string[]): Variables {
  return (name) => {
    if (name.startsWith('$')) return wildcard(name, wildcards)
    const variable = variables.get(name)
    if (variable === undefined) return { problem: `Unknown variable '${name}'.` }
    if (variable.kinds !== undefined && !variable.kinds.includes(kind)) {
      return {
        problem: `'${name}' does not exist in .${kind}, only in .${variable.kinds.join(' and .')}.`,
      }
    }
    return variable
  }
}

const variables: ReadonlyMap<string, Compiled & { readonly kinds?: readonly RuleKind[] }> = new Map<
  string,
  Compiled & { kinds?: RuleKind[] }
>([
  ['auth', { type: 'any', run: (scope) => scope.auth }],
  ['now', { type: 'number', run: (scope) => scope.now }],
  ['root', { type: 'Snapshot', run: (scope) => scope.root }],
  ['data', { type: 'Snapshot', run: (scope) => scope.data }],
  ['newData', { type: 'Snapshot', run: (scope) => scope.newData, kinds: ['write', 'validate'] }],
  // A write has no query: there it is that of a read of everything.
  ['query', { type: 'Query', run: (scope) => scope.query }],
])

function wildcard(name: string, wildcards: readonly string[]): Compiled | { problem: string } {
  const index = wildcards.indexOf(name)
  if (index < 0) return { problem: `Unknown variable '${name}': no such wildcard on the way here.` }
  return { type: 'string', run: (scope) => scope.captured[index] ?? null }
}
