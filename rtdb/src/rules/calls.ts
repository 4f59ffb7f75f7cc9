import { faultAt } from './fault.ts'
import { snapshotMethods, stringMethods } from './members.ts'
import type { Method } from './members.ts'
import { noSuch } from './properties.ts'
import { compileRegex } from './regex.ts'
import type { Run, Scope, Value } from './scope.ts'
import type { Snapshot } from './snapshot.ts'
import { forbidden } from './sourceError.ts'
import type { Expression } from './expression.ts'
import { canBe, demand } from './types.ts'
import type { Compiled } from './types.ts'

/** `target.name(args)`; `compile` compiles an argument. */
export function compileCall(
  at: number,
  target: Compiled,
  name: string,
  args: readonly Expression[],
  compile: (argument: Expression) => Compiled,
): Compiled {
  if (target.type === 'Snapshot') {
    if (name === 'parent') return compileParent(at, target.run, args)
    if (name === 'hasChildren') return compileHasChildren(target.run, args, compile)
  }
  const method =
    target.type === 'Snapshot'
      ? snapshotMethods.get(name)
      : canBe(target.type, 'string')
        ? stringMethods.get(name)
        : undefined
  if (method === undefined) throw noSuch(at, target, name)
  checkCount(at, name, method.args.length, args.length)
  const runs = args.map((arg, i) => compileArgument(arg, name, method.args[i], compile))
  const receiver = target.type === 'Snapshot' ? target.run : stringReceiver(at, name, target)
  return { type: method.result, run: bind(method, receiver, runs) }
}

/** The same call for any number of arguments, without a list of them. */
function bind(method: Method<never>, receiver: Run, [first, second]: readonly Run[]): Run {
  const call = method.call as (target: Value, first?: Value, second?: Value) => Value
  if (first === undefined) return (scope) => call(receiver(scope))
  if (second === undefined) return (scope) => call(receiver(scope), first(scope))
  return (scope) => call(receiver(scope), first(scope), second(scope))
}

function compileArgument(
  argument: Expression,
  method: string,
  wanted: 'string' | 'RegExp' | undefined,
  compile: (argument: Expression) => Compiled,
): Run {
  if (wanted === 'RegExp') return regexArgument(argument, method)
  const { type, run } = compile(argument)
  demand(argument.at, `The argument of ${method}()`, ['string'], type)
  return argument.kind === 'literal' ? run : checkedString(argument.at, method, run)
}

function regexArgument(argument: Expression, method: string): Run {
  if (argument.kind !== 'regex') {
    throw forbidden(
      argument.at,
      `The argument of ${method}() must be a regular expression, as in /a+/.`,
    )
  }
  const regex = compileRegex(argument.pattern, argument.flags, argument.at)
  return () => regex
}

/** Also for parts of static type string: `query.orderByChild` can be null. */
function checkedString(at: number, method: string, run: Run): (scope: Scope) => string {
  const fault = faultAt(at, `The argument of ${method}() must be a string`)
  return (scope) => {
    const value = run(scope)
    return typeof value === 'string' ? value : fault(value)
  }
}

function stringReceiver(at: number, method: string, { run }: Compiled): Run {
  const fault = faultAt(at, `${method}() is a method of strings: this must be a string`)
  return (scope) => {
    const value = run(scope)
    return typeof value === 'string' ? value : fault(value)
  }
}

function compileParent(at: number, target: Run, args: readonly Expression[]): Compiled {
  checkCount(at, 'parent', 0, args.length)
  const fault = faultAt(at, 'The root has no parent: this must be below it')
  const run: Run = (scope) => (target(scope) as Snapshot).above ?? fault(null)
  return { type: 'Snapshot', run }
}

/** Without a list: whether there is any child. With one: whether all of these are. */
function compileHasChildren(
  target: Run,
  args: readonly Expression[],
  compile: (argument: Expression) => Compiled,
): Compiled {
  const [list, ...more] = args
  if (list === undefined) {
    return { type: 'boolean', run: (scope) => (target(scope) as Snapshot).hasAnyChild() }
  }
  if (list.kind !== 'list' || more.length > 0) {
    throw forbidden(list.at, 'hasChildren() takes nothing or one list of strings.')
  }
  if (list.items.length === 0) throw forbidden(list.at, 'hasChildren() got an empty list.')
  const items = list.items.map((item) => compileArgument(item, 'hasChildren', 'string', compile))
  const run: Run = (scope) =>
    (target(scope) as Snapshot).hasChildren(items.map((item) => item(scope) as string))
  return { type: 'boolean', run }
}

function checkCount(at: number, name: string, wanted: number, got: number): void {
  if (wanted === got) return
  throw forbidden(
    at,
    `${name}() takes ${wanted} argument${wanted === 1 ? '' : 's'}, but got ${got}.`,
  )
}
