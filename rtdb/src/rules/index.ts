/**
 * The security rules: a file is read and compiled once, then asked on every read and write.
 *
 * From a file to a verdict:
 *   parseRules.ts   the file as a tree of compiled rules (ruleTree.ts); rulesJson.ts reads its JSON with comments and
 *                   positions, readIndexes.ts its indexes
 *   compile.ts      one expression: tokens.ts cuts it, syntax.ts gives it a tree (expression.ts), compile.ts types it and
 *                   makes closures with operators.ts, properties.ts, calls.ts; types.ts has the static types,
 *                   variables.ts the names
 *   members.ts      the methods of snapshots and strings and the properties of `query`, as tables; regex.ts the dialect
 *   access.ts       the walk through rules and data: `.read` and `.write` cascade, `.validate` covers the new data
 *   scope.ts        what a running rule sees; snapshot.ts is `data`, `newData`, `root`; fault.ts its runtime errors;
 *                   grounds.ts what it has looked at
 *   verdict.ts      the answer, and why not; rulesError.ts and sourceError.ts what is wrong with a file
 */
export { canRead, canWrite, indexesAt } from './access.ts'
export { Grounds } from './grounds.ts'
export { parseRules } from './parseRules.ts'
export type { Rules } from './ruleTree.ts'
export { RulesError } from './rulesError.ts'
export type { Auth, RuleContext } from './scope.ts'
export { explain } from './verdict.ts'
export type { Denial, RuleKind, Tried, Verdict } from './verdict.ts'
