import { randomBytes } from 'node:crypto'
import { nowSeconds, signedHeaders } from '../local/signedHeaders.ts'
import { benchInstalls, type BenchInstall } from './servers/installs.ts'

/** One request as the load generator sends it. */
export interface PooledRequest {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}

/** What is asked: an endpoint, with a body or without. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly bodyBytes: number
}

/** Genuine; of an unknown key with a made-up MAC; genuine but for one character of the signature. */
export type Kind = 'signed' | 'forged' | 'tampered'

const installs = benchInstalls()

/** `count` requests of the installs in turn, each with a nonce of its own. */
export async function signPool(
  { method, path, bodyBytes }: Endpoint,
  kind: Kind,
  count: number,
): Promise<PooledRequest[]> {
  const body = bodyBytes === 0 ? undefined : jsonOf(bodyBytes)
  const created = nowSeconds()
  const pool: PooledRequest[] = []
  for (let i = 0; i < count; i += 1) {
    const key = kind === 'forged' ? forgedInstall() : installs[i % installs.length]!
    const headers = await signedHeaders(key, { method, path, body, created })
    if (kind === 'tampered') headers['Signature'] = tamper(headers['Signature']!)
    pool.push({ method, path, headers, ...(body !== undefined && { body }) })
  }
  return pool
}

/** JSON of exactly so many bytes. */
function jsonOf(bytes: number): string {
  const frame = JSON.stringify({ text: '' }).length
  return JSON.stringify({ text: 'x'.repeat(bytes - frame) })
}

/** As an attacker makes one up who knows the form. */
function forgedInstall(): Pick<BenchInstall, 'apiKey' | 'secret'> {
  const [keyId, mac] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
  return { apiKey: `lk_v1_${keyId}_${mac}`, secret: randomBytes(32) }
}

/** One wrong byte: another first character of the MAC. */
function tamper(signature: string): string {
  const at = signature.indexOf('=:') + 2
  return signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A') + signature.slice(at + 1)
}
