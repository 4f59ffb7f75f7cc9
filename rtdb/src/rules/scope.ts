import type { QueryView } from '../query/view.ts'
import type { Tree } from '../tree/index.ts'
import type { Grounds } from './grounds.ts'
import { Snapshot } from './snapshot.ts'

/** What an expression can see while it is evaluated. One object serves a whole walk: the walk moves it from node to node. */
export class Scope {
  readonly auth: Auth | null
  readonly query: QueryView
  /** The root before the operation, also in `.write` and `.validate`. */
  readonly root: Snapshot
  data: Snapshot
  /** The same place after the whole operation; in `.read`, where rules cannot name it, as `data`. */
  newData: Snapshot
  /** The keys that the wildcards on the way stand for, outermost first. */
  readonly captured: string[] = []
  readonly #now: number
  readonly #grounds: Grounds | null

  constructor(
    { auth, now, grounds = null }: RuleContext,
    query: QueryView,
    before: Tree,
    after: Tree,
  ) {
    this.auth = auth
    this.#now = now
    this.#grounds = grounds
    this.query = query
    this.root = Snapshot.ofRoot(before, grounds)
    this.data = this.root
    this.newData = before === after ? this.root : Snapshot.ofRoot(after, grounds)
  }

  get now(): number {
    if (this.#grounds !== null) this.#grounds.clock = true
    return this.#now
  }

  step(key: string): void {
    const same = this.newData === this.data
    this.data = this.data.step(key)
    this.newData = same ? this.data : this.newData.step(key)
  }
}

export interface RuleContext {
  /** Null when signed out. */
  readonly auth: Auth | null
  /** Unix milliseconds. */
  readonly now: number
  /** Learns what the verdict rests on. */
  readonly grounds?: Grounds | null
}

/** Who asks, as rules see it: any JSON object; an ID token gives `uid`, `provider` and `token` (all claims). */
export interface Auth {
  readonly uid?: unknown
  readonly provider?: unknown
  readonly token?: unknown
  readonly [claim: string]: unknown
}

/** What a part of an expression can be at runtime. Objects are claims of `auth`. */
export type Value = string | number | boolean | null | object | symbol

export type Run = (scope: Scope) => Value
