import { nobody, type Identity } from './auth.ts'
import type { Delivery, Listener } from './listener.ts'
import type { Namespace } from './namespace.ts'
import { OnDisconnect } from './onDisconnect.ts'
import type { Query } from './query/index.ts'
import { Refusal } from './refusal.ts'
import { DataError, hashOf, toExport, type Path } from './tree/index.ts'

/** How a session reaches its client. */
export interface Outlet {
  /** Sends a change that the client has not asked for just now. */
  push(action: string, body: object): void
  /** Sends data that belongs to the request being worked on; false if it is too big. */
  sendAsked(action: string, body: object): boolean
}

/** What a client listens to or gets. */
export interface Target {
  readonly path: Path
  readonly query: Query | null
  /** The query as the client wrote it: it names the listener when one of both takes it back. */
  readonly wireQuery: object | null
}

/** One connection's state in its database: who it is, what it listens to, and what is to be written when it ends. */
export class Session {
  identity: Identity = nobody
  readonly namespace: Namespace
  readonly onDisconnect = new OnDisconnect()
  readonly #outlet: Outlet
  readonly #listeners = new Map<string, Listener>()

  constructor(namespace: Namespace, outlet: Outlet) {
    this.namespace = namespace
    this.#outlet = outlet
  }

  /** Changes who this client is, and drops the listeners it may not have as such. */
  become(identity: Identity): void {
    this.identity = identity
    this.namespace.recheck(this.#listeners.values())
  }

  /** Starts or restarts a listener. Its data is sent first, unless the hash proves that the client holds it already. */
  listen(target: Target, { tag, hash }: { tag: unknown; hash: unknown }): Listener {
    const { path, query } = target
    const { listener, initial } = this.namespace.listen({
      ...{ path, query, tagged: tag !== undefined, holder: this },
      deliver: (delivery) => this.#deliver(delivery, tag),
      revoked: () => this.#revoked(target),
    })
    this.unlisten(target)
    this.#listeners.set(nameOf(target), listener)
    // An empty hash says that the client holds nothing, not that it holds an empty node.
    const isHeld = hash !== '' && hash === hashOf(initial)
    const body = { p: wirePath(path), d: toExport(initial), ...tagged(tag) }
    if (!isHeld && !this.#outlet.sendAsked('d', body)) {
      this.unlisten(target)
      throw new Refusal('read_too_big')
    }
    return listener
  }

  unlisten(target: Target): void {
    const name = nameOf(target)
    const listener = this.#listeners.get(name)
    if (!listener) return
    this.#listeners.delete(name)
    this.namespace.unlisten(listener)
  }

  /** Ends all listeners, then writes what was stored for this moment, as far as the rules still allow it. */
  end(): void {
    for (const listener of this.#listeners.values()) this.namespace.unlisten(listener)
    this.#listeners.clear()
    for (const changes of this.onDisconnect.takeAll()) {
      try {
        this.namespace.write(this.identity, changes)
      } catch (error) {
        if (error instanceof Refusal || error instanceof DataError) continue
        this.namespace.log(`internal error in onDisconnect: ${String(error)}`)
      }
    }
  }

  #deliver(delivery: Delivery, tag: unknown): void {
    const p = wirePath(delivery.path)
    if (delivery.kind === 'overwrite') {
      this.#outlet.push('d', { p, d: toExport(delivery.node), ...tagged(tag) })
    } else {
      const children = delivery.children.map(([key, node]) => [key, toExport(node)] as const)
      this.#outlet.push('m', { p, d: Object.fromEntries(children), ...tagged(tag) })
    }
  }

  #revoked(target: Target): void {
    this.#listeners.delete(nameOf(target))
    const { path, wireQuery } = target
    this.#outlet.push('c', { p: wirePath(path), ...(wireQuery ? { q: [wireQuery] } : {}) })
  }
}

/** Clients send paths with a leading slash, and the server without. */
const wirePath = (path: Path): string => path.join('/')

const tagged = (tag: unknown): { t?: unknown } => (tag === undefined ? {} : { t: tag })

/** Names a listener of one client: its path, and its query whatever the order of the fields. */
function nameOf({ path, wireQuery }: Target): string {
  return `${wirePath(path)} ${JSON.stringify(Object.entries(wireQuery ?? {}).sort())}`
}
