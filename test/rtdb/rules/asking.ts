import type { QueryView } from '../../../rtdb/src/query/view.ts'
import { viewOf } from '../../../rtdb/src/query/view.ts'
import type { Auth, Denial, RulesError, Verdict } from '../../../rtdb/src/rules/index.ts'
import { canRead, canWrite, parseRules } from '../../../rtdb/src/rules/index.ts'
import type { Path, Tree } from '../../../rtdb/src/tree/index.ts'
import { parsePath, parseTree, withNodeAt } from '../../../rtdb/src/tree/index.ts'

export const NOW = 1_795_300_000_000

export function treeOf(json: unknown): Tree {
  return parseTree(json, { now: NOW })
}

export interface World {
  readonly auth?: Auth | null
  readonly data?: unknown
  readonly query?: Partial<QueryView>
}

/** What an expression says as the `.read` of the root: true, false, or the text of its runtime error. */
export function ask(expression: string, { auth = null, data = null, query = {} }: World = {}) {
  const rules = parseRules(JSON.stringify({ rules: { '.read': expression } }))
  const view = { ...viewOf(), ...query }
  return outcome(canRead(rules, { auth, now: NOW }, treeOf(data), [], view))
}

/** The same with wildcards on the way: `{ $a: 'x' }` asks at `/x` under `$a`. */
export function askBelow(wildcards: Record<string, string>, expression: string, world: World = {}) {
  const nested = Object.keys(wildcards).reduceRight<object>((rules, name) => ({ [name]: rules }), {
    '.read': expression,
  })
  const rules = parseRules(JSON.stringify({ rules: nested }))
  const context = { auth: world.auth ?? null, now: NOW }
  return outcome(canRead(rules, context, treeOf(world.data ?? null), Object.values(wildcards)))
}

/** Whether a set of `value` at `path` is allowed; without a value it is a removal. */
export function set(
  rules: object,
  path: string,
  value: unknown,
  { auth = null, data = null }: World = {},
): Verdict {
  const before = treeOf(data)
  const after = withNodeAt(before, parsePath(path), treeOf(value))
  return write(rules, before, after, parsePath(path), auth)
}

export function write(
  rules: object,
  before: Tree,
  after: Tree,
  path: Path,
  auth: Auth | null = null,
) {
  return canWrite(parseRules(JSON.stringify({ rules })), { auth, now: NOW }, before, after, path)
}

export function whyNot(verdict: Verdict): Denial {
  if (verdict.allowed) throw new Error('It is allowed.')
  return verdict.why
}

/** What is wrong with a rule, and at which character (from 0) of the expression. */
export function refusal(expression: string, key = '.read'): { at: number; problem: string } {
  const text = `{"rules":{"${key}":${JSON.stringify(expression)}}}`
  const error = rulesError(text)
  const prefix = `${error.line}:${error.column}: /${key}: `
  const at = error.column - 1 - text.indexOf(JSON.stringify(expression)) - 1
  return { at, problem: error.message.replace('Parse error: ', '').replace(prefix, '') }
}

export function rulesError(text: string): RulesError {
  try {
    parseRules(text)
  } catch (error) {
    return error as RulesError
  }
  throw new Error(`These rules are accepted: ${text}`)
}

function outcome(verdict: Verdict): true | false | string {
  return verdict.allowed || (verdict.why.error ?? false)
}
