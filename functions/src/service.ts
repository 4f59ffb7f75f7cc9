import { v7 as uuidv7 } from 'uuid'
import type { AccountHandlers } from './accounts/buildAccounts.ts'
import type { Config } from './config.ts'
import { connectDatabase } from './database.ts'
import { startFirebase, type FirebaseApp } from './firebase.ts'
import { makeDurableNonces } from './guard/durableNonces.ts'
import { makeGuard } from './guard/guard.ts'
import { makeInstallCache } from './guard/installCache.ts'
import { makeKeyMaterial } from './guard/keyMaterial.ts'
import { makeNonceMemory } from './guard/nonceMemory.ts'
import { makeRateLimit } from './guard/rateLimit.ts'
import { followRevocations, HEARTBEAT_MS, type RevocationFeed } from './guard/revocationFeed.ts'
import { makeHandler, type RequestHandler } from './handler.ts'
import { clientAddress } from './http/clientAddress.ts'
import { connectIdentity } from './identity.ts'
import { makeInstallHandlers } from './installs/handlers.ts'
import { makeIssuing } from './installs/issuing.ts'
import { makeKeyring } from './installs/keyring.ts'
import { makeUseRecorder } from './installs/recordUse.ts'
import { makeOpenLimits } from './installs/openLimits.ts'
import { makeInstallStore } from './installs/store.ts'
import type { Log } from './log.ts'
import { makeRoutes } from './routes.ts'
import { sweepSettings } from './sweep/settings.ts'
import { sweep, type SweepReport } from './sweep/sweep.ts'
import { makeNetworkNames } from './usage/networkNames.ts'
import { makeUsageStore } from './usage/store.ts'
import { makeUsage, UNCOUNTED } from './usage/usage.ts'

/** Addresses counted at once; beyond, the least recent have their quota back. */
const ADDRESSES_MAX = 50_000

const DAY_MS = 24 * 60 * 60 * 1000

/** Leaves the function's own time limit (540 s) room for the batch under way. */
const SWEEP_BUDGET_MS = 480_000

/** A running service: one per instance. */
export interface Service {
  readonly handle: RequestHandler
  readonly sweep: () => Promise<SweepReport>
  /** Writes what is counted in memory only. Never fails. */
  readonly flush: () => Promise<void>
  /** Ends its connections and timers. */
  readonly close: () => Promise<void>
}

/**
 * Builds every part once and joins them. Nothing is connected yet: the Admin SDK is loaded by the
 * first request that needs the database.
 * @throws TypeError that names the faulty setting
 */
export function buildService(
  config: Config,
  { log, now, routes = makeRoutes }: { log: Log; now: () => number; routes?: typeof makeRoutes },
): Service {
  let app: Promise<FirebaseApp> | undefined
  const firebase = () => (app ??= startFirebase(config.databaseUrl))
  const deadline = { deadlineMs: config.databaseDeadlineMs }

  const keyring = makeKeyring(config.masterSecrets)
  const database = connectDatabase(firebase, deadline)
  const identity = connectIdentity(firebase, deadline)
  const openQuotas = {
    owners: config.ownerRegistrationsPerMinute,
    strangers: config.strangerRegistrationsPerMinute,
  }
  const store = makeInstallStore(database, {
    retentionMs: config.retentionDays * DAY_MS,
    openQuotas,
  })

  const cache = makeInstallCache({
    read: (keyId) => {
      follow()
      return store.read(keyId)
    },
    liveSince: (nowMs) => feed?.liveSince(nowMs) ?? Number.POSITIVE_INFINITY,
    max: config.installCacheMax,
    ttlMs: config.installCacheTtlSeconds * 1000,
  })
  let feed: RevocationFeed | undefined
  let heart: NodeJS.Timeout | undefined
  /** The feed begins with the first record that is cached: before, there is nothing to forget. */
  const follow = (): void => {
    if (feed !== undefined) return
    const followed = followRevocations(database, now, (keyId) => cache.drop(keyId))
    feed = followed
    void followed.beat()
    heart = setInterval(() => void followed.beat(), HEARTBEAT_MS).unref()
  }

  const guard = makeGuard({
    cache,
    material: makeKeyMaterial(keyring, config.installCacheMax),
    nonces: makeNonceMemory(config.nonceMemoryMax),
    durableNonces: makeDurableNonces(database),
    rate: makeRateLimit(
      { name: 'install', quota: config.requestsPerMinutePerInstall, windowSeconds: 60 },
      config.installCacheMax,
    ),
  })
  const issuing = makeIssuing({ store, keyring, newId, now, settings: config })
  const installs = makeInstallHandlers({
    issuing,
    identity,
    limits: makeOpenLimits(openQuotas, now),
    checkUidExists: config.checkUidExists,
    forget: (keyId) => cache.drop(keyId),
    log,
  })

  let accounts: Promise<AccountHandlers> | undefined
  const loadAccounts = () =>
    (accounts ??= import('./accounts/buildAccounts.ts').then(({ buildAccounts }) =>
      buildAccounts({ config, database, identity, keyring, newId, now, log }),
    ))

  const usage =
    config.usageFlushSeconds === 0
      ? UNCOUNTED
      : makeUsage({
          store: makeUsageStore(database, makeNetworkNames(keyring)),
          addressOf: (incoming) => clientAddress(incoming, config.trustedProxyHops),
          newId,
          everyMs: config.usageFlushSeconds * 1000,
          now,
          log,
        })

  const handle = makeHandler({
    routes: routes(installs, loadAccounts),
    guard,
    recordUse: makeUseRecorder({ store, cache, log }),
    addressLimit: makeRateLimit(
      { name: 'address', quota: config.registrationsPerMinutePerIp, windowSeconds: 60 },
      ADDRESSES_MAX,
    ),
    usage,
    log,
    now,
    settings: config,
  })

  log({ event: 'started', masterVersion: keyring.newestVersion })
  return {
    handle,
    sweep: async () => {
      const startedAt = now()
      const report = await sweep({
        database,
        identity,
        now,
        batch: config.sweepBatch,
        budgetMs: SWEEP_BUDGET_MS,
        settings: sweepSettings(config),
      })
      log({ event: 'swept', report, ms: now() - startedAt })
      return report
    },
    flush: () => usage.flush(),
    close: async () => {
      clearInterval(heart)
      usage.stop()
      await usage.flush()
      feed?.stop()
      database.close()
      if (app !== undefined) await (await app).close()
    },
  }
}

/** A UUIDv7 (RFC 9562) as 32 hex digits: unique, and sorted by time. */
const newId = (): string => uuidv7().replaceAll('-', '')
