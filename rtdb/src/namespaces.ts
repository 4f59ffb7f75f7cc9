import { Namespace, type NamespaceOptions } from './namespace.ts'
import { Refusal } from './refusal.ts'
import type { Rules } from './rules/index.ts'

export interface NamespacesOptions extends Omit<NamespaceOptions, 'name'> {
  /** The rules a namespace is made with; without them it is open to all. */
  rulesFor: (name: string) => Rules | undefined
}

/** All databases of a server. One is made when its name is first used. */
export class Namespaces {
  readonly #options: NamespacesOptions
  readonly #byName = new Map<string, Namespace>()

  constructor(options: NamespacesOptions) {
    this.#options = options
  }

  /** The database of that name. Throws Refusal if none can have it. */
  named(name: string): Namespace {
    const existing = this.#byName.get(name)
    if (existing) return existing
    if (!this.canHave(name)) throw new Refusal('invalid_path', 'Invalid namespace.')
    const namespace = new Namespace({ ...this.#options, name })
    const rules = this.#options.rulesFor(name)
    if (rules !== undefined) namespace.setRules(rules)
    else this.#options.log(`${name} has no rules: anyone may read and write everything.`)
    this.#byName.set(name, namespace)
    return namespace
  }

  canHave(name: string): boolean {
    return NAME.test(name)
  }

  [Symbol.iterator](): Iterator<Namespace> {
    return this.#byName.values()
  }
}

/** Wider than what the hosted service gives out, because projects of tests have all kinds of names. */
const NAME = /^[A-Za-z0-9._-]{1,128}$/
