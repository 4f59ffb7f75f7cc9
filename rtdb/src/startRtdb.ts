import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { defaultLimits, type Limits } from './limits.ts'
import { Namespaces } from './namespaces.ts'
import type { Operations } from './operations.ts'
import { PushIds } from './pushId.ts'
import { serveHttp, type HttpContext } from './serveHttp.ts'
import { serveUpgrade } from './serveUpgrade.ts'
import type { Json } from './tree/index.ts'

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
  const { port = 0, host = '127.0.0.1', namespace: names = [] } = options
  const namespaces = makeNamespaces(options)
  for (const name of names) namespaces.named(name)
  const context = contextOf(options, host, namespaces)
  const server = createServer((message, response) => void serveHttp(context, message, response))
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: context.limits.messageCharsMax,
    perMessageDeflate: false,
  })
  server.on('upgrade', (message, socket, head) => {
    serveUpgrade({ ...context, sockets }, message, socket, head)
  })
  await listening(server, port, host)
  const address = server.address() as AddressInfo
  return {
    port: address.port,
    host,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    namespaces: () => [...namespaces].map(({ name }) => name),
    setRules: (name, text) => namespaces.named(name).setRules(text),
    export: (name) => namespaces.named(name).export(),
    import: (name, json) => namespaces.named(name).import(json),
    operations: (name) => namespaces.named(name).operations.snapshot(),
    resetOperations: (name) => namespaces.named(name).operations.reset(),
    close: () => close(server, sockets),
  }
}

function makeNamespaces({ rules, namespace: names, now, explain, log }: RtdbOptions): Namespaces {
  const named = names && new Set(names)
  return new Namespaces({
    now: now ?? Date.now,
    explain: explain ?? false,
    log: log ?? (() => undefined),
    rulesFor: (name) => {
      if (typeof rules === 'string') return !named || named.has(name) ? rules : undefined
      return rules && Object.hasOwn(rules, name) ? rules[name] : undefined
    },
  })
}

function contextOf(options: RtdbOptions, host: string, namespaces: Namespaces): HttpContext {
  const now = options.now ?? Date.now
  const pushIds = new PushIds(randomBytes)
  return {
    namespaces,
    namespaceOfAddress: options.namespace?.[0] ?? 'default',
    hostNames: new Set([host, ...(options.allowedHosts ?? [])].map((name) => name.toLowerCase())),
    limits: { ...defaultLimits, ...options.limits },
    nextPushId: () => pushIds.next(now()),
    log: options.log ?? (() => undefined),
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
async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  await new Promise<void>((resolve) => sockets.close(() => resolve()))
  await ended
}
