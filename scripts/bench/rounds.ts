import { join } from 'node:path'
import { load, type Slice } from './load.ts'
import { signPool, type Endpoint, type Kind, type PooledRequest } from './pool.ts'
import { INSTALLS } from './servers/installs.ts'
import { ROWS, type Row, type RowName } from './rows.ts'
import type { BenchServer } from './serverProcess.ts'
import type { Stage } from './stage.ts'

export interface RoundsOptions {
  readonly rounds: number
  readonly seconds: number
  /** Names of rows; all without it. */
  readonly rows?: readonly string[] | undefined
  /** A folder for a CPU profile of each server, without its warm-up. */
  readonly profile?: string | undefined
  readonly onProgress: (text: string) => void
}

/** The slices of each row, or why it failed. */
export type Measured = Partial<Record<RowName, readonly Slice[] | string>>

/** A round's pool by what the fastest server that accepts a nonce once could use up. */
const POOL_MARGIN = 1.5

/**
 * Loads every row's server in turn, a slice each, forwards in one round and backwards in the next, so
 * that what else the machine does weighs on all of them alike. Each round has a pool of its own, the same
 * for every row. Afterwards, each server that verifies must refuse that pool with one byte changed.
 */
export async function measureRounds(
  stage: Stage,
  endpoint: Endpoint,
  { rounds, seconds, rows: chosen, profile, onProgress }: RoundsOptions,
): Promise<Measured> {
  const runs: RowRun[] = []
  for (const row of ROWS) {
    if (chosen && !chosen.includes(row.name)) continue
    runs.push({ row, server: await stage.start(row, endpoint), slices: [] })
  }
  onProgress(`${endpoint.method}: warming up`)
  // A request that is refused is as good the second time.
  const refused = {
    forged: await signPool(endpoint, 'forged', INSTALLS),
    tampered: await signPool(endpoint, 'tampered', INSTALLS),
  }
  const sign = async (count: number) => ({
    ...refused,
    signed: await signPool(endpoint, 'signed', count),
  })
  let fastest = 0
  for (let pass = 0; pass < WARM_UP_PASSES; pass += 1) {
    const pools = await sign(INSTALLS)
    for (const run of runs) {
      const warmedUp = await attempt(run, pools, { seconds: 60, isWarmUp: true })
      if (run.row.isOnce) fastest = Math.max(fastest, perSecond(warmedUp))
    }
  }
  if (profile !== undefined) for (const { server } of runs) await server.ask('profile')
  for (let round = 0; round < rounds; round += 1) {
    onProgress(`${endpoint.method}: round ${round + 1} of ${rounds}`)
    const pools = await sign(Math.max(INSTALLS, Math.ceil(POOL_MARGIN * fastest * seconds)))
    const order = round % 2 === 0 ? runs : [...runs].reverse()
    for (const run of order) await attempt(run, pools, { seconds, isWarmUp: false })
  }
  if (profile !== undefined) {
    for (const { row, server } of runs) {
      await server.ask(`profile to ${join(profile, `${row.name}-${endpoint.method}.cpuprofile`)}`)
    }
  }
  onProgress(`${endpoint.method}: one wrong byte`)
  for (const run of runs) if (run.row.verifies) await control(run, refused.tampered)
  await Promise.all(runs.map(({ server }) => server.stop()))
  return Object.fromEntries(runs.map(({ row, slices, fault }) => [row.name, fault ?? slices]))
}

/** Every install is in the cache after one; the compiler has seen enough after three. */
const WARM_UP_PASSES = 3

interface RowRun {
  readonly row: Row
  readonly server: BenchServer
  readonly slices: Slice[]
  fault?: string
}

type Pools = Readonly<Record<Kind, readonly PooledRequest[]>>

/** A row that fails once is not asked again: it has no figure. */
async function attempt(
  run: RowRun,
  pools: Pools,
  { seconds, isWarmUp }: { seconds: number; isWarmUp: boolean },
): Promise<Slice | undefined> {
  const { row, server, slices } = run
  if (run.fault !== undefined) return undefined
  try {
    const slice = await load(server, pools[row.sends], {
      seconds,
      status: row.sends === 'signed' ? 200 : 401,
      isOnce: isWarmUp || (row.isOnce ?? false),
    })
    if (!isWarmUp) slices.push(slice)
    return slice
  } catch (error) {
    run.fault = messageOf(error)
    return undefined
  }
}

async function control(run: RowRun, pool: readonly PooledRequest[]): Promise<void> {
  if (run.fault !== undefined) return
  try {
    await load(run.server, pool, { seconds: 60, status: 401, isOnce: true })
  } catch (error) {
    run.fault = `one wrong byte: ${messageOf(error)}`
  }
}

const perSecond = (slice: Slice | undefined): number =>
  slice === undefined ? 0 : slice.requests / slice.seconds

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
