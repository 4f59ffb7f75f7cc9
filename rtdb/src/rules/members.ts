import type { QueryView } from '../query/view.ts'
import type { Value } from './scope.ts'
import type { Snapshot } from './snapshot.ts'
import type { Type } from './types.ts'

export interface Method<Target> {
  readonly args: readonly ('string' | 'RegExp')[]
  readonly result: Type
  /** The arguments are what `args` says. */
  readonly call: (target: Target, first: never, second: never) => Value
}

/** `parent` and `hasChildren` are not here: the one can fail, the other takes a list. */
export const snapshotMethods: ReadonlyMap<string, Method<Snapshot>> = new Map<
  string,
  Method<Snapshot>
>([
  ['val', { args: [], result: 'primitive', call: (node) => node.val() }],
  ['child', { args: ['string'], result: 'Snapshot', call: (node, path) => node.child(path) }],
  ['hasChild', { args: ['string'], result: 'boolean', call: (node, path) => node.hasChild(path) }],
  ['exists', { args: [], result: 'boolean', call: (node) => node.exists() }],
  ['getPriority', { args: [], result: 'primitive', call: (node) => node.getPriority() }],
  ['isNumber', { args: [], result: 'boolean', call: (node) => node.isLeafOf('number') }],
  ['isString', { args: [], result: 'boolean', call: (node) => node.isLeafOf('string') }],
  ['isBoolean', { args: [], result: 'boolean', call: (node) => node.isLeafOf('boolean') }],
])

/** `length` is the only property of a string. */
export const stringMethods: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  [
    'contains',
    { args: ['string'], result: 'boolean', call: (s, part: string) => s.includes(part) },
  ],
  [
    'beginsWith',
    { args: ['string'], result: 'boolean', call: (s, head: string) => s.startsWith(head) },
  ],
  [
    'endsWith',
    { args: ['string'], result: 'boolean', call: (s, tail: string) => s.endsWith(tail) },
  ],
  ['replace', { args: ['string', 'string'], result: 'string', call: replaceAll }],
  ['toLowerCase', { args: [], result: 'string', call: (s) => s.toLowerCase() }],
  ['toUpperCase', { args: [], result: 'string', call: (s) => s.toUpperCase() }],
  [
    'matches',
    { args: ['RegExp'], result: 'boolean', call: (s, pattern: RegExp) => pattern.test(s) },
  ],
])

/** Only the three booleans are never null. */
export const queryProperties: ReadonlyMap<string, { type: Type; read: (q: QueryView) => Value }> =
  new Map<string, { type: Type; read: (q: QueryView) => Value }>([
    ['orderByKey', { type: 'boolean', read: (q) => q.orderByKey }],
    ['orderByPriority', { type: 'boolean', read: (q) => q.orderByPriority }],
    ['orderByValue', { type: 'boolean', read: (q) => q.orderByValue }],
    ['orderByChild', { type: 'string', read: (q) => q.orderByChild }],
    ['startAt', { type: 'primitive', read: (q) => q.startAt }],
    ['startAfter', { type: 'primitive', read: (q) => q.startAfter }],
    ['endAt', { type: 'primitive', read: (q) => q.endAt }],
    ['endBefore', { type: 'primitive', read: (q) => q.endBefore }],
    ['equalTo', { type: 'primitive', read: (q) => q.equalTo }],
    ['limitToFirst', { type: 'number', read: (q) => q.limitToFirst }],
    ['limitToLast', { type: 'number', read: (q) => q.limitToLast }],
  ])

/** Every occurrence. A function as replacement, because in a string `$&` and the like would have a meaning. */
function replaceAll(text: string, part: string, replacement: string): string {
  return text.replaceAll(part, () => replacement)
}
