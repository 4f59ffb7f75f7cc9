import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Operations } from '../../rtdb/src/operations.ts'
import { percentile } from './percentile.ts'
import { signPool, type Endpoint, type PooledRequest } from './pool.ts'
import { ROWS } from './rows.ts'
import { ECHO_ONCE } from './servers/echoRoutes.ts'
import type { BenchServer, Usage } from './serverProcess.ts'
import type { Stage } from './stage.ts'

/** What the database was asked for, for one request (or registration). */
export interface OperationCounts {
  readonly forged: Counted
  readonly tampered: Counted
  readonly warm: Counted
  /** A warm request whose nonce is claimed in the database. */
  readonly durable: Counted
  readonly registration: Counted & {
    /** Microseconds of the service's process. */
    readonly cpuMicros: number
    /** Milliseconds for both steps. */
    readonly p50: number
    readonly p99: number
  }
}

export interface Counted {
  readonly reads: number
  readonly writes: number
}

const REQUESTS = 200
const REGISTRATIONS = 200

const CURRENT: Endpoint = { method: 'GET', path: '/api/installs/current', bodyBytes: 0 }

/** Counts on a server of its own, and within the 20 s before the revocation feed asks for a sign of life. */
export async function countOperations(stage: Stage): Promise<OperationCounts> {
  const server = await stage.start(
    ROWS.find(({ name }) => name === 'ours')!,
    CURRENT,
  )
  const send = async (endpoint: Endpoint, kind: PooledKind, status: number): Promise<void> => {
    for (const pooled of await signPool(endpoint, kind, REQUESTS)) {
      const answer = await ask(server, pooled)
      if (answer.status !== status) throw new Error(`${pooled.path}: ${answer.status}`)
    }
  }
  const per = async (times: number, work: () => Promise<void>): Promise<Counted> => {
    stage.backends.tell('reset')
    await work()
    const { reads, writes, actions } = await stage.backends.ask<Operations>('operations')
    // Our own reading of codes came over REST.
    return { reads: (reads - (actions['GET'] ?? 0)) / times, writes: writes / times }
  }

  // Connects, starts the feed, and fills the cache.
  await send(CURRENT, 'signed', 200)
  await sleep(200)
  const durable: Endpoint = { method: 'POST', path: ECHO_ONCE, bodyBytes: 256 }
  const counts = {
    forged: await per(REQUESTS, () => send(CURRENT, 'forged', 401)),
    tampered: await per(REQUESTS, () => send(CURRENT, 'tampered', 401)),
    warm: await per(REQUESTS, () => send(CURRENT, 'signed', 200)),
    durable: await per(REQUESTS, () => send(durable, 'signed', 200)),
  }
  await register(stage, server, 'warm-up')
  const milliseconds: number[] = []
  const before = await server.ask<Usage>('usage')
  const registration = await per(REGISTRATIONS, async () => {
    for (let i = 0; i < REGISTRATIONS; i += 1) {
      milliseconds.push(await register(stage, server, `uid-registering-${i}`))
    }
  })
  const after = await server.ask<Usage>('usage')
  await server.stop()
  const cpu = after.user + after.system - before.user - before.system
  return {
    ...counts,
    registration: {
      ...registration,
      cpuMicros: cpu / REGISTRATIONS,
      p50: percentile(milliseconds, 0.5),
      p99: percentile(milliseconds, 0.99),
    },
  }
}

type PooledKind = Parameters<typeof signPool>[1]

/** Both steps, with the code read where it was dropped. Answers the milliseconds of the service's part. */
async function register(stage: Stage, server: BenchServer, uid: string): Promise<number> {
  const step = async (body: Record<string, string>) => {
    const startedAt = performance.now()
    const { status, text } = await ask(server, {
      method: 'POST',
      path: '/api/installs',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (status !== 200) throw new Error(`registration: ${status} ${text}`)
    return { ms: performance.now() - startedAt, ...(JSON.parse(text) as { path: string }) }
  }
  const install = { deviceId: 'bench-device', uid }
  const first = await step(install)
  const { host, namespace } = stage.database
  const dropped = await fetch(`http://${host}/${first.path}.json?ns=${namespace}`, {
    headers: { Authorization: 'Bearer owner' },
  })
  const { code } = (await dropped.json()) as { code: string }
  const second = await step({ ...install, otp: code })
  return first.ms + second.ms
}

/** One request. Not by fetch, which sends header names in lower case and adds some of its own. */
async function ask({ port }: BenchServer, { method, path, headers, body }: PooledRequest) {
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers })
  request.end(body)
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & Status]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, text }
}

interface Status {
  readonly statusCode: number
}
