import { actAs, identify, nobody, type Identity } from './auth.ts'
import { parseChange, parseUpdate, type Change } from './changes.ts'
import type { Delivery, Listener } from './listeners.ts'
import type { Namespace } from './namespace.ts'
import { OnDisconnect } from './onDisconnect.ts'
import { parseWireQuery, type Query } from './query/index.ts'
import { Refusal } from './refusal.ts'
import { DataError, formatPath, hashOf, parsePath, toExport, type Path } from './tree/index.ts'

/** The body of an answer: status and payload. */
export interface Answer {
  s: string
  d: unknown
}

/** How a session reaches its client. */
export interface Outlet {
  /** Sends an unasked-for change. */
  push(action: string, body: object): void
  /** Sends data that belongs to the request being worked on; false if it is too big. */
  sendAsked(action: string, body: object): boolean
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

  /** Does what a client asks for. Never throws: whatever goes wrong becomes the answer's status. */
  perform(action: string, body: unknown): Answer {
    try {
      const handler = actions.get(action)
      if (!handler) throw new Refusal('unknown_action')
      this.namespace.operations.countAction(action)
      const payload = handler(this, isBody(body) ? body : {})
      return { s: 'ok', d: payload === undefined ? {} : payload }
    } catch (error) {
      if (error instanceof Refusal) return { s: error.status, d: error.message }
      if (error instanceof DataError) return { s: 'failure', d: error.message }
      this.namespace.log(`internal error in action ${action}: ${String(error)}`)
      return { s: 'internal_error', d: 'Internal error' }
    }
  }

  /** Changes who this client is, and drops the listeners it may not have as such. */
  become(identity: Identity): void {
    this.identity = identity
    this.namespace.recheck(this.#listeners.values())
  }

  /** Starts or restarts a listener; its data is sent first unless the client has proven to hold it already. */
  listen({ path, query, rawQuery, tag, hash }: ListenRequest): object {
    const key = keyOf(path, rawQuery)
    const { listener, initial } = this.namespace.listen({
      path,
      query,
      tagged: tag !== undefined,
      holder: this,
      deliver: (delivery) => this.#deliver(delivery, tag),
      revoked: () => this.#revoked(key, path, rawQuery),
    })
    this.unlisten(key)
    this.#listeners.set(key, listener)
    // An empty hash says that the client holds nothing, not that it holds an empty node.
    if (hash === '' || hash !== hashOf(initial)) {
      const body = { p: wirePath(path), d: toExport(initial), ...tagOf(tag) }
      if (!this.#outlet.sendAsked('d', body)) {
        this.unlisten(key)
        throw new Refusal('read_too_big')
      }
    }
    return listener.indexed ? {} : { w: ['no_index'] }
  }

  unlisten(key: string): void {
    const listener = this.#listeners.get(key)
    if (!listener) return
    this.#listeners.delete(key)
    this.namespace.unlisten(listener)
  }

  /** Ends all listeners, then writes what was stored for this moment, as far as the rules still allow it. */
  end(): void {
    for (const key of [...this.#listeners.keys()]) this.unlisten(key)
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
    const path = wirePath(delivery.path)
    if (delivery.kind === 'overwrite') {
      this.#outlet.push('d', { p: path, d: toExport(delivery.node), ...tagOf(tag) })
    } else {
      const children = delivery.children.map(([key, node]) => [key, toExport(node)] as const)
      this.#outlet.push('m', { p: path, d: Object.fromEntries(children), ...tagOf(tag) })
    }
  }

  #revoked(key: string, path: Path, rawQuery: unknown): void {
    this.#listeners.delete(key)
    const query = isQuery(rawQuery) ? { q: [rawQuery] } : {}
    this.#outlet.push('c', { p: wirePath(path), ...query })
  }
}

type Body = Record<string, unknown>

interface ListenRequest {
  path: Path
  query: Query | null
  /** The query as the client wrote it: it names the listener when the client takes it back. */
  rawQuery: unknown
  tag: unknown
  hash: unknown
}

/** What a client may ask for. A handler's result is the answer's payload. */
const actions = new Map<string, (session: Session, body: Body) => unknown>([
  ['s', () => undefined],
  ['auth', authenticate],
  ['gauth', authenticate],
  ['unauth', (session) => session.become(nobody)],
  ['appcheck', () => undefined],
  ['unappeck', () => undefined],
  ['q', (session, body) => session.listen(listenRequest(body))],
  ['n', (session, body) => session.unlisten(keyOf(pathIn(body), body['q']))],
  ['g', get],
  ['p', set],
  ['m', update],
  ['o', (session, body) => storeOnDisconnect(session, [changeIn(body)])],
  ['om', (session, body) => storeOnDisconnect(session, updateIn(body))],
  ['oc', (session, body) => session.onDisconnect.cancel(pathIn(body))],
])

/** Takes effect before the next message. A credential that proves nothing leaves the client signed out. */
function authenticate(session: Session, body: Body): unknown {
  try {
    const override = body['noauth'] === true ? null : body['authvar']
    session.become(actAs(identify(textIn(body, 'cred')), override))
  } catch (error) {
    session.become(nobody)
    throw error
  }
  return { auth: session.identity.admin ? null : session.identity.auth }
}

function get({ namespace, identity }: Session, body: Body): unknown {
  return toExport(namespace.read(identity, pathIn(body), queryIn(body)))
}

function set({ namespace, identity }: Session, body: Body): void {
  const hash = body['h']
  if (hash !== undefined && typeof hash !== 'string') throw new Refusal('invalid_data')
  namespace.write(identity, [changeIn(body)], hash === undefined ? {} : { ifHash: hash })
}

function update({ namespace, identity }: Session, body: Body): void {
  namespace.write(identity, updateIn(body), { base: pathIn(body) })
}

/** The rules are asked now, so that the client learns of a refusal while it is there, and again when it is written. */
function storeOnDisconnect(session: Session, changes: Change[]): void {
  session.namespace.rehearse(session.identity, changes)
  session.onDisconnect.add(changes)
}

const listenRequest = (body: Body): ListenRequest => ({
  path: pathIn(body),
  query: queryIn(body),
  rawQuery: body['q'],
  tag: body['t'],
  hash: body['h'],
})

const pathIn = (body: Body): Path => parsePath(textIn(body, 'p'))
const changeIn = (body: Body): Change => parseChange(textIn(body, 'p'), body['d'])
const updateIn = (body: Body): Change[] => parseUpdate(textIn(body, 'p'), body['d'])
const queryIn = (body: Body): Query | null =>
  isQuery(body['q']) ? parseWireQuery(body['q']) : null

/** Clients send paths with a leading slash, and the server without. */
const wirePath = (path: Path): string => path.join('/')

function textIn(body: Body, field: string): string {
  const value = body[field]
  if (typeof value !== 'string') throw new Refusal('invalid_data')
  return value
}

/** An empty query object asks for everything. */
const isQuery = (raw: unknown): raw is Body => isBody(raw) && Object.keys(raw).length > 0

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null

const tagOf = (tag: unknown): { t?: unknown } => (tag === undefined ? {} : { t: tag })

/** Names a listener of one client: its path, and its query whatever the order of the fields. */
function keyOf(path: Path, rawQuery: unknown): string {
  const fields = isQuery(rawQuery) ? Object.entries(rawQuery).sort() : []
  return `${formatPath(path)} ${JSON.stringify(fields)}`
}
