import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'
import proxyaddr from 'proxy-addr'

/** What an IPv6 subscriber is given: up to a /56, so its addresses are one client. */
const IPV6_PREFIX_BYTES = 7

/** Who may stand between us and a client. */
export interface ProxySettings {
  /** That always do, counted from us. */
  readonly trustedProxyHops: number
  /** Addresses, or ranges of them (CIDR), of those that may stand before these. */
  readonly trustedProxies: readonly string[]
}

/** The client as a limit counts it: its IPv4 address, or the /56 of its IPv6 address. */
export type AddressOf = (req: IncomingMessage) => string

/**
 * The client is the right-most hop before the proxies; whatever stands further left in X-Forwarded-For it
 * has written itself. By addresses as well as by number, for there can be two ways in: whoever comes by the
 * shorter one must not gain a hop of his own making.
 */
export function makeAddressOf({ trustedProxyHops, trustedProxies }: ProxySettings): AddressOf {
  const isProxy = proxyaddr.compile([...trustedProxies])
  return (req) => {
    const address = proxyaddr(req, (at, hop) => hop < trustedProxyHops || isProxy(at, hop))
    const known = clients.get(address)
    if (known !== undefined) return known
    const client = clientOf(address)
    // What is no address can be of any length.
    if (client !== UNKNOWN) clients.set(address, client)
    return client
  }
}

const UNKNOWN = 'unknown'

/** To read an address takes 3 µs, and a flood is from a few of them. */
const clients = new LRUCache<string, string>({ max: 2000 })

function clientOf(address: string): string {
  if (!ipaddr.isValid(address)) return UNKNOWN
  const ip = ipaddr.process(address)
  if (ip.kind() === 'ipv4') return ip.toString()
  return `${Buffer.from(ip.toByteArray().slice(0, IPV6_PREFIX_BYTES)).toString('hex')}::/56`
}
