import { randomBytes } from 'node:crypto'
import { Journal } from './journal.ts'
import { Namespaces } from './namespaces.ts'
import { listen, type Network } from './network.ts'
import type { Operations } from './operations.ts'
import { PushIds } from './pushId.ts'
import { settingsOf, type RtdbOptions, type Settings } from './rtdbOptions.ts'
import { parseRules } from './rules/index.ts'
import type { HttpContext } from './serveHttp.ts'
import type { Json } from './tree/index.ts'
import { Triggers } from './triggers/triggers.ts'

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

function rtdbOf(
  host: string,
  { port, disconnect }: Network,
  namespaces: Namespaces,
  end: () => Promise<void>,
): Rtdb {
  let closed: Promise<void> | undefined
  return {
    port,
    host,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespaces: () => [...namespaces].map(({ name }) => name),
    setRules: (name, text) => namespaces.named(name).setRules(parseRules(text)),
    export: (name) => namespaces.named(name).export(),
    import: (name, json) => namespaces.named(name).import(json),
    operations: (name) => namespaces.named(name).operations.snapshot(),
    resetOperations: (name) => namespaces.named(name).operations.reset(),
    // Ending connections writes what they stored for that moment, so the journal is closed after them.
    close: () => (closed ??= disconnect().then(end)),
  }
}
