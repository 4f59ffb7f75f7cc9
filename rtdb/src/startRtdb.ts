import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { Journal } from './journal.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { Namespaces } from './namespaces.ts'
import type { Operations } from './operations.ts'
import { PushIds } from './pushId.ts'
import { parseRules } from './rules/index.ts'
import { serveHttp, type HttpContext } from './serveHttp.ts'
import { serveUpgrade } from './serveUpgrade.ts'
import type { Json } from './tree/index.ts'
import { Triggers } from './triggers/triggers.ts'

export interface RtdbOptions {
  /** 0, the default, takes a free port. */
  port?: number
  /** The interface to listen on; loopback by default, because anyone who reaches the server may act as its owner. */
  host?: string
  /** Rules text for all namespaces (or those of `namespace`, if given), or by namespace. */
  rules?: string | Readonly<Record<string, string>>
  /** Namespaces to be made at once; others are made when they are first used. */
  namespace?: readonly string[]
  /** Whether a denial names the rules that denied. */
  explain?: boolean
  /** The server's clock, in Unix milliseconds. */
  now?: () => number
  /** Further host names under which the server, or pages that use it, are reached: those of containers, for example. */
  allowedHosts?: readonly string[]
  /** Receives lines for the operator: explained denials and failures. Nothing is printed by default. */
  log?: (line: string) => void
  /** `host:port` of the Functions emulator, whose functions register here and run when data changes. */
  functionsHost?: string
  /** A file that keeps the data through a restart. It belongs to one server at a time. */
  persist?: string
  limits?: Partial<Limits>
}

export interface Rtdb {
  readonly port: number
  readonly host: string
  /** Such as `http://127.0.0.1:9000`. */
  readonly url: string
  /** The names of the databases that exist by now. */
  namespaces(): string[]
  /** Loads rules. Throws RulesError, and keeps the old ones, if they are wrong. */
  setRules(namespace: string, text: string): void
  /** All data of a database in the export format, with priorities. */
  export(namespace: string): Json
  /** Replaces all data of a database. */
  import(namespace: string, json: unknown): void
  /** What a database has done since the start or the last reset. */
  operations(namespace: string): Operations
  resetOperations(namespace: string): void
  /** Ends all connections, streams and timers. */
  close(): Promise<void>
}

/** Starts a Realtime Database in this process. Rejects if the port is taken or the rules are wrong. */
export async function startRtdb(options: RtdbOptions = {}): Promise<Rtdb> {
  const settings = settingsOf(options)
  const kept = options.persist === undefined ? null : await Journal.open(options.persist)
  const triggers = new Triggers(options.functionsHost, settings.log)
  const namespaces = makeNamespaces(settings, kept?.journal, triggers)
  const pushIds = new PushIds(randomBytes)
  const context: HttpContext = {
    ...settings,
    namespaces,
    triggers,
    nextPushId: () => pushIds.next(settings.now()),
  }
  const end = async (): Promise<void> => {
    await triggers.close()
    kept?.journal.close()
  }
  try {
    for (const [name, root] of kept?.roots ?? []) namespaces.named(name).restore(root)
    for (const name of settings.namespace) namespaces.named(name)
    const network = await listen(context, settings)
    return rtdbOf(settings.host, network, namespaces, end)
  } catch (error) {
    await end()
    throw error
  }
}

type Settings = ReturnType<typeof settingsOf>

function settingsOf(options: RtdbOptions) {
  const { host = '127.0.0.1', namespace = [], allowedHosts = [] } = options
  return {
    host,
    port: options.port ?? 0,
    namespace,
    rulesFor: rulesFor(options),
    explain: options.explain ?? false,
    now: options.now ?? Date.now,
    log: options.log ?? (() => undefined),
    hostNames: new Set([host, ...allowedHosts].map((name) => name.toLowerCase())),
    namespaceOfAddress: namespace[0] ?? 'default',
    limits: { ...defaultLimits, ...options.limits },
  }
}

/** One text goes to the namespaces given, or to every one if none is. Throws RulesError now rather than at first use. */
function rulesFor({ rules, namespace }: RtdbOptions): (name: string) => string | undefined {
  if (rules === undefined) return () => undefined
  for (const text of typeof rules === 'string' ? [rules] : Object.values(rules)) parseRules(text)
  if (typeof rules !== 'string') {
    return (name) => (Object.hasOwn(rules, name) ? rules[name] : undefined)
  }
  const named = new Set(namespace)
  return (name) => (named.size === 0 || named.has(name) ? rules : undefined)
}

function makeNamespaces(
  { now, explain, log, rulesFor }: Settings,
  journal: Journal | undefined,
  triggers: Triggers,
): Namespaces {
  return new Namespaces({
    now,
    explain,
    log,
    rulesFor,
    ...(journal ? { record: (commit) => journal.record(commit) } : {}),
    react: (commit) => triggers.fire(commit),
  })
}

interface Network {
  server: Server
  sockets: WebSocketServer
  port: number
}

async function listen(context: HttpContext, { port, host }: Settings): Promise<Network> {
  const server = createServer((message, response) => void serveHttp(context, message, response))
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: context.limits.messageCharsMax,
    perMessageDeflate: false,
  })
  const upgrades = { ...context, sockets, sessions: new Map() }
  server.on('upgrade', (message, socket, head) => {
    serveUpgrade(upgrades, message, socket, head)
  })
  await listening(server, port, host)
  return { server, sockets, port: (server.address() as AddressInfo).port }
}

function rtdbOf(
  host: string,
  { server, sockets, port }: Network,
  namespaces: Namespaces,
  end: () => Promise<void>,
): Rtdb {
  return {
    port,
    host,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespaces: () => [...namespaces].map(({ name }) => name),
    setRules: (name, text) => namespaces.named(name).setRules(text),
    export: (name) => namespaces.named(name).export(),
    import: (name, json) => namespaces.named(name).import(json),
    operations: (name) => namespaces.named(name).operations.snapshot(),
    resetOperations: (name) => namespaces.named(name).operations.reset(),
    close: async () => {
      // Ending connections writes what they stored for that moment, so the journal is closed after them.
      await disconnect(server, sockets)
      await end()
    },
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Connections are cut, not asked: a client of a test may have gone without saying so. */
async function disconnect(server: Server, sockets: WebSocketServer): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  await new Promise<void>((resolve) => sockets.close(() => resolve()))
  await ended
}
