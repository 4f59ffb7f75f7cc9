import autocannon from 'autocannon'
import type { PooledRequest } from './pool.ts'
import type { BenchServer, Usage } from './serverProcess.ts'

/** One slice of load on one server. */
export interface Slice {
  readonly requests: number
  readonly seconds: number
  /** Microseconds of the server process per request. */
  readonly cpuMicros: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Bytes, at the end. */
  readonly rss: number
}

export interface LoadOptions {
  readonly seconds: number
  /** Every answer must have it. */
  readonly status: number
  /** Whether a request is good only once, so that the slice ends when the pool is used up. */
  readonly isOnce: boolean
}

const CONNECTIONS = 50

/**
 * Sends the pool over 50 connections, one request at a time on each.
 * @throws Error when an answer has another status, or a request fails
 */
export async function load(
  server: BenchServer,
  pool: readonly PooledRequest[],
  { seconds, status, isOnce }: LoadOptions,
): Promise<Slice> {
  const shares = shared(pool)
  const before = await server.ask<Usage>('usage')
  const result = await autocannon({
    url: `http://127.0.0.1:${server.port}`,
    connections: CONNECTIONS,
    duration: seconds,
    sampleInt: 50,
    setupClient: (client) => client.setRequests(shares.pop()!),
    ...(isOnce && { maxConnectionRequests: Math.floor(pool.length / CONNECTIONS) }),
  })
  const after = await server.ask<Usage>('usage')
  const { errors, timeouts, statusCodeStats } = result
  const statuses = Object.entries(statusCodeStats ?? {})
  const requests = statuses.reduce((sum, [, { count = 0 }]) => sum + count, 0)
  if (errors + timeouts > 0 || statuses.some(([code]) => code !== String(status))) {
    const found = statuses.map(([code, { count }]) => `${count} × ${code}`).join(', ')
    throw new Error(`expected ${status} only, got ${found}; ${errors} errors, ${timeouts} timeouts`)
  }
  if (requests === 0) throw new Error('no answer at all')
  return {
    requests,
    seconds: result.duration,
    cpuMicros: (after.user + after.system - before.user - before.system) / requests,
    p50: result.latency.p50,
    p99: result.latency.p99,
    rss: after.rss,
  }
}

/** A part for each connection: none of them meets another's nonces. */
function shared(pool: readonly PooledRequest[]): PooledRequest[][] {
  const size = Math.floor(pool.length / CONNECTIONS)
  return Array.from({ length: CONNECTIONS }, (_, i) => pool.slice(i * size, (i + 1) * size))
}
