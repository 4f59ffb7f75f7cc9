import { isIP } from 'node:net'

/** Ranges wider than these would take clients for proxies. */
const PREFIX_MIN = { 4: 8, 6: 16 } as const

/** Whether this names one address, or a range that is no wider than a provider's. */
export function isProxyRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  if (prefix === undefined) return true
  const bits = /^[1-9][0-9]{0,2}$/.test(prefix) ? Number(prefix) : 0
  return bits >= PREFIX_MIN[family as 4 | 6] && bits <= (family === 4 ? 32 : 128)
}
