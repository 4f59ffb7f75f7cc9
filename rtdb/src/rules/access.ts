import { viewOf } from '../query/index.ts'
import type { QueryView } from '../query/index.ts'
import { childOf, entries } from '../tree/index.ts'
import type { Path, Tree } from '../tree/index.ts'
import type { Rule, RuleNode, Rules } from './ruleTree.ts'
import { Scope } from './scope.ts'
import type { RuleContext } from './scope.ts'
import { allowed, denied } from './verdict.ts'
import type { Failure, Verdict } from './verdict.ts'

/** Whether `path` may be read: some `.read` from the root down to it holds. Rules below it are not asked. */
export function canRead(
  rules: Rules,
  context: RuleContext,
  root: Tree,
  path: Path,
  query: QueryView = noQuery,
): Verdict {
  const scope = new Scope(context, query, root, root)
  const failures: Failure[] = []
  let node: RuleNode | null = rules.root
  for (let depth = 0; node !== null; depth++) {
    if (node.read !== null && holds(node.read, scope, depth, failures)) return allowed
    node = enter(node, path[depth], scope)
  }
  return denied('read', path, failures)
}

/**
 * Whether `path` may be written: some `.write` from the root down to it holds, and so does every `.validate` on the way
 * and in the written subtree, wherever the new tree has data: what is removed is not validated.
 * `after` is the root after the whole operation; an update of several paths asks once for each of them.
 */
export function canWrite(
  rules: Rules,
  context: RuleContext,
  before: Tree,
  after: Tree,
  path: Path,
): Verdict {
  const scope = new Scope(context, noQuery, before, after)
  const failures: Failure[] = []
  const violations: Failure[] = []
  const trail = [...path]
  let granted = false
  let valid = true
  let node: RuleNode | null = rules.root
  for (let depth = 0; node !== null; depth++) {
    granted ||= node.write !== null && holds(node.write, scope, depth, failures)
    valid &&= isValid(node, scope, depth, violations)
    if (depth === path.length && granted && valid)
      valid = isValidBelow(node, scope, trail, violations)
    node = enter(node, path[depth], scope)
  }
  if (!granted) return denied('write', path, failures)
  return valid ? allowed : denied('validate', trail, violations)
}

/** What is indexed at `path`: child paths such as `a/b`, and `.value`. */
export function indexesAt(rules: Rules, path: Path): ReadonlySet<string> {
  let node: RuleNode | null = rules.root
  for (const key of path) {
    node = node.children.get(key) ?? node.wildcard
    if (node === null) return noIndexes
  }
  return node.indexOn
}

const noIndexes: ReadonlySet<string> = new Set()

const noQuery = viewOf()

/** Moves the scope to the child and gives its rules; a key written out goes before the wildcard. */
function enter(node: RuleNode, key: string | undefined, scope: Scope): RuleNode | null {
  if (key === undefined) return null
  const next = node.children.get(key) ?? node.wildcard
  if (next === null) return null
  if (next.captures !== null) scope.captured[next.captures] = key
  scope.step(key)
  return next
}

/** A rule that goes wrong does not hold, whatever went wrong: the engine fails closed. */
function holds(rule: Rule, scope: Scope, depth: number, failures: Failure[]): boolean {
  try {
    if (rule.run(scope) === true) return true
    failures.push({ rule, depth, error: null })
  } catch (error) {
    failures.push({ rule, depth, error: error instanceof Error ? error.message : String(error) })
  }
  return false
}

function isValid(node: RuleNode, scope: Scope, depth: number, violations: Failure[]): boolean {
  if (node.validate === null || !scope.newData.exists()) return true
  return holds(node.validate, scope, depth, violations)
}

/**
 * Validates what stands below the scope's place. Only rules lead the way: of a million children none is visited unless a
 * wildcard has a `.validate` in or below it. At a violation `trail` is left where that is.
 */
function isValidBelow(
  node: RuleNode,
  scope: Scope,
  trail: string[],
  violations: Failure[],
): boolean {
  if (!node.validatesBelow) return true
  for (const key of keysToValidate(node, scope.newData.node)) {
    const { data, newData } = scope
    trail.push(key)
    const child = enter(node, key, scope)
    const valid =
      child === null ||
      (isValid(child, scope, trail.length, violations) &&
        isValidBelow(child, scope, trail, violations))
    if (!valid) return false
    trail.pop()
    scope.data = data
    scope.newData = newData
  }
  return true
}

function* keysToValidate(node: RuleNode, tree: Tree): Iterable<string> {
  if (node.wildcard !== null && concernsValidation(node.wildcard)) {
    for (const [key] of entries(tree)) yield key
    return
  }
  for (const [key, child] of node.children) {
    if (concernsValidation(child) && childOf(tree, key) !== null) yield key
  }
}

function concernsValidation(node: RuleNode): boolean {
  return node.validate !== null || node.validatesBelow
}
