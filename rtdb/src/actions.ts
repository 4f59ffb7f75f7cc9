import { actAs, identify, nobody } from './auth.ts'
import { parseChange, parseUpdate, type Change } from './changes.ts'
import { parseWireQuery } from './query/index.ts'
import { Refusal } from './refusal.ts'
import type { Session, Target } from './session.ts'
import { DataError, parsePath, toExport, type Path } from './tree/index.ts'

/** The body of an answer: status and payload. */
export interface Answer {
  s: string
  d: unknown
}

/** Does what a client asks for. Never throws: whatever goes wrong becomes the answer's status. */
export function perform(session: Session, action: string, body: unknown): Answer {
  const { namespace } = session
  try {
    const handler = actions.get(action)
    if (!handler) throw new Refusal('unknown_action')
    namespace.operations.countAction(action)
    const payload = handler(session, isObject(body) ? body : {})
    return { s: 'ok', d: payload === undefined ? {} : payload }
  } catch (error) {
    if (error instanceof Refusal) return { s: error.status, d: error.message }
    if (error instanceof DataError) return { s: 'failure', d: error.message }
    namespace.log(`internal error in action ${action}: ${String(error)}`)
    return { s: 'internal_error', d: 'Internal error' }
  }
}

type Body = Readonly<Record<string, unknown>>

/** What a client may ask for. A handler's result is the answer's payload. */
const actions = new Map<string, (session: Session, body: Body) => unknown>([
  ['s', () => undefined],
  ['auth', authenticate],
  ['gauth', authenticate],
  ['unauth', (session) => session.become(nobody)],
  ['appcheck', () => undefined],
  ['unappeck', () => undefined],
  ['q', listen],
  ['n', (session, body) => session.unlisten(targetIn(body))],
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

function listen(session: Session, body: Body): unknown {
  const { indexed } = session.listen(targetIn(body), { tag: body['t'], hash: body['h'] })
  return indexed ? {} : { w: ['no_index'] }
}

function get({ namespace, identity }: Session, body: Body): unknown {
  const { path, query } = targetIn(body)
  return toExport(namespace.read(identity, path, query))
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

/** An empty query object asks for everything, as none does. */
function targetIn(body: Body): Target {
  const { q } = body
  const isQuery = isObject(q) && Object.keys(q).length > 0
  const queried = isQuery ? { query: parseWireQuery(q), wireQuery: q } : NO_QUERY
  return { path: pathIn(body), ...queried }
}

const NO_QUERY = { query: null, wireQuery: null }

const pathIn = (body: Body): Path => parsePath(textIn(body, 'p'))
const changeIn = (body: Body): Change => parseChange(textIn(body, 'p'), body['d'])
const updateIn = (body: Body): Change[] => parseUpdate(textIn(body, 'p'), body['d'])

function textIn(body: Body, field: string): string {
  const value = body[field]
  if (typeof value !== 'string') throw new Refusal('invalid_data')
  return value
}

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null
