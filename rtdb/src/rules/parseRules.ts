import { keyFault } from '../tree/index.ts'
import { compileRule } from './compile.ts'
import { readIndexes } from './readIndexes.ts'
import { offsetInString, parseRulesJson, positionOf } from './rulesJson.ts'
import type { JsonMember, JsonNode } from './rulesJson.ts'
import { RulesError } from './rulesError.ts'
import type { Rule, RuleNode, Rules } from './ruleTree.ts'
import type { Run } from './scope.ts'
import { forbidden, SourceError } from './sourceError.ts'
import { variablesOf } from './variables.ts'
import type { RuleKind } from './verdict.ts'

/**
 * Reads a rules file and compiles every rule in it.
 * @throws RulesError at the first thing that is wrong.
 */
export function parseRules(text: string): Rules {
  return { text, root: new RulesFile(text).read() }
}

type Building = { -readonly [Field in keyof RuleNode]: RuleNode[Field] } & {
  children: Map<string, RuleNode>
}

/** Where in the rules something stands: the keys from the root, and the wildcards among them. */
interface Place {
  readonly path: readonly string[]
  readonly wildcards: readonly string[]
}

class RulesFile {
  readonly #text: string
  /** Files repeat themselves: the same expression in a rule of the same kind, below the same wildcards, is compiled once. */
  readonly #compiled = new Map<string, Run>()

  constructor(text: string) {
    this.#text = text
  }

  read(): RuleNode {
    return this.#at([], () => {
      const file = parseRulesJson(this.#text)
      const members = membersOf(file)
      const stranger = [...members].find(([key]) => key !== 'rules')
      if (stranger !== undefined) {
        throw forbidden(
          stranger[1].at,
          `Unknown key '${stranger[0]}': only "rules" may stand here.`,
        )
      }
      const rules = members.get('rules')
      if (rules === undefined) throw forbidden(file.at, 'The file must be { "rules": { … } }.')
      return this.#node(rules.value, { path: [], wildcards: [] })
    })
  }

  #node(json: JsonNode, place: Place, captures: number | null = null): RuleNode {
    const node: Building = {
      read: null,
      write: null,
      validate: null,
      captures,
      indexOn: new Set(),
      children: new Map(),
      wildcard: null,
      validatesBelow: false,
    }
    for (const [key, member] of this.#at(place.path, () => membersOf(json))) {
      this.#at([...place.path, key], () => this.#add(node, key, member, place))
    }
    node.validatesBelow = validatesBelow(node)
    return node
  }

  #add(node: Building, key: string, member: JsonMember, place: Place): void {
    const path = [...place.path, key]
    if (key === '.indexOn') node.indexOn = readIndexes(member.value)
    else if (key.startsWith('.')) {
      const kind = ruleKind(key, member.at)
      node[kind] = this.#rule(kind, member.value, { ...place, path })
    } else if (key.startsWith('$')) {
      checkWildcard(key, member.at, node, place)
      const wildcards = [...place.wildcards, key]
      node.wildcard = this.#node(member.value, { path, wildcards }, place.wildcards.length)
    } else {
      checkKey(key, member.at)
      node.children.set(key, this.#node(member.value, { ...place, path }))
    }
  }

  #rule(kind: RuleKind, json: JsonNode, { path, wildcards }: Place): Rule {
    if (json.kind !== 'string' && json.kind !== 'boolean') {
      throw forbidden(json.at, 'A rule must be a string or a boolean.')
    }
    const expression = String(json.value)
    try {
      return { path: rulePath(path), expression, run: this.#compile(kind, wildcards, expression) }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      throw new SourceError(
        offsetInString(this.#text, json.at, error.at),
        error.message,
        error.syntax,
      )
    }
  }

  #compile(kind: RuleKind, wildcards: readonly string[], expression: string): Run {
    const name = [kind, ...wildcards, expression].join(' ')
    const known = this.#compiled.get(name)
    if (known) return known
    const run = compileRule(expression, variablesOf(kind, wildcards))
    this.#compiled.set(name, run)
    return run
  }

  /** Gives what goes wrong in `work` its place. */
  #at<Result>(path: readonly string[], work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      const position = positionOf(this.#text, error.at)
      const place = { path: path.length === 0 ? '' : rulePath(path), syntax: error.syntax }
      throw new RulesError({ ...position, ...place }, error.message)
    }
  }
}

function rulePath(path: readonly string[]): string {
  return `/${path.join('/')}`
}

function membersOf(json: JsonNode): ReadonlyMap<string, JsonMember> {
  if (json.kind !== 'object') throw forbidden(json.at, `Expected an object, but got ${json.kind}.`)
  return json.members
}

function ruleKind(key: string, at: number): RuleKind {
  const kind = (['read', 'write', 'validate'] as const).find((each) => key === `.${each}`)
  if (kind !== undefined) return kind
  throw forbidden(at, `Unknown rule '${key}': it must be .read, .write, .validate or .indexOn.`)
}

function checkWildcard(key: string, at: number, node: RuleNode, { wildcards }: Place): void {
  if (!/^\$[A-Za-z0-9_]+$/.test(key)) {
    throw forbidden(at, `'${key}' is no wildcard: $ and then letters, digits or _.`)
  }
  if (node.wildcard !== null) throw forbidden(at, 'Only one wildcard may stand in one place.')
  if (wildcards.includes(key))
    throw forbidden(at, `The wildcard ${key} stands on the way here already.`)
}

/** A rule for a key that no data can have would never apply: most likely it is a path. */
function checkKey(key: string, at: number): void {
  const fault = keyFault(key)
  if (fault !== null) throw forbidden(at, `The key '${key}' ${fault}.`)
}

function validatesBelow({ children, wildcard }: RuleNode): boolean {
  const below = wildcard === null ? [...children.values()] : [wildcard, ...children.values()]
  return below.some((node) => node.validate !== null || node.validatesBelow)
}
