import { defaultLimits, type Limits } from './limits.ts'
import { parseRules, type Rules } from './rules/index.ts'

/** How a server is started. */
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

/** The options with their defaults, as the parts of the server need them. Throws RulesError. */
export function settingsOf(options: RtdbOptions) {
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
function rulesFor({ rules, namespace }: RtdbOptions): (name: string) => Rules | undefined {
  if (rules === undefined) return () => undefined
  if (typeof rules !== 'string') {
    const texts = Object.entries(rules)
    const byName = new Map(texts.map(([name, text]) => [name, parseRules(text)]))
    return (name) => byName.get(name)
  }
  const parsed = parseRules(rules)
  const named = new Set(namespace)
  return (name) => (named.size === 0 || named.has(name) ? parsed : undefined)
}

export type Settings = ReturnType<typeof settingsOf>
