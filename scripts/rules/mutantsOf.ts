import { parseRulesJson, positionOf, type JsonNode } from '../../rtdb/src/rules/rulesJson.ts'
import { parseExpression } from '../../rtdb/src/rules/syntax.ts'
import { printExpression } from './printExpression.ts'
import { variantsOf } from './variants.ts'

/** A rules file with one thing changed. */
export interface Mutant {
  /** The rule, such as `/users/$uid/.read`. */
  readonly rule: string
  /** Where it stands in the file, from 1. */
  readonly line: number
  /** Such as `without newData.exists()`. */
  readonly change: string
  /** The whole file, without comments. */
  readonly text: string
}

/** All mutants of a rules file, rule by rule. */
export function mutantsOf(text: string): Mutant[] {
  const file = parseRulesJson(text)
  const plain = plainOf(file)
  return rulesIn(file, []).flatMap(({ path, at, value }) =>
    changesOf(path.at(-1)!, value).map(({ change, to }) => ({
      rule: `/${path.slice(1).join('/')}`,
      line: positionOf(text, at).line,
      change,
      text: JSON.stringify(withValueAt(plain, path, to)),
    })),
  )
}

interface Change {
  readonly change: string
  /** What the rule becomes; undefined leaves it out. */
  readonly to: unknown
}

function changesOf(key: string, value: unknown): Change[] {
  if (key === '.indexOn') return indexChanges([value].flat())
  const isGrant = key !== '.validate'
  // A grant of false is as good as none.
  const whole = [
    ...(isGrant && value === false ? [] : [{ change: 'removed', to: undefined }]),
    ...(isGrant && value !== true ? [{ change: 'true for everybody', to: true }] : []),
  ]
  const expressions = typeof value === 'string' ? variantsOf(parseExpression(value)) : []
  return [
    ...whole,
    ...expressions.map(({ change, expression }) => ({ change, to: printExpression(expression) })),
  ]
}

function indexChanges(names: readonly unknown[]): Change[] {
  return names.map((name) => ({
    change: `without ${String(name)}`,
    to: names.filter((other) => other !== name),
  }))
}

interface PlacedRule {
  readonly path: readonly string[]
  readonly at: number
  readonly value: unknown
}

function rulesIn(node: JsonNode, path: readonly string[]): PlacedRule[] {
  if (node.kind !== 'object') return []
  return [...node.members].flatMap(([key, { at, value }]) =>
    key.startsWith('.')
      ? [{ path: [...path, key], at, value: plainOf(value) }]
      : rulesIn(value, [...path, key]),
  )
}

function plainOf(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(
        [...node.members].map(([key, { value }]) => [key, plainOf(value)] as const),
      )
    case 'array':
      return node.items.map(plainOf)
    case 'string':
    case 'boolean':
      return node.value
    case 'number':
    case 'null':
      throw new TypeError('Rules hold no numbers and no null.')
  }
}

/** JSON leaves out what is undefined. */
function withValueAt(json: unknown, [key, ...deeper]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const folder = json as Record<string, unknown>
  return { ...folder, [key]: withValueAt(folder[key], deeper, value) }
}
