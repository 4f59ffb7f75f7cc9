import { v7 as uuidv7 } from 'uuid'
import type { AccountHandlers } from './accounts/buildAccounts.ts'
import { makePasswordLine } from './accounts/passwordLine.ts'
import { startWarnings } from './accounts/startWarnings.ts'
import { makeUnseen } from './accounts/unseen.ts'
import { connectAppCheck } from './appCheckTokens.ts'
import { makeGates } from './attest/gate.ts'
import { checkAttest } from './attestSettings.ts'
import type { AssessReport } from './behaviour/report.ts'
import type { Config } from './config.ts'
import { connectDatabase } from './database.ts'
import { eachShard } from './eachShard.ts'
import type { Encryption } from './encryption/buildEncryption.ts'
import { checkEncryption, encryptionOf } from './encryptionSettings.ts'
import { startFirebase, type FirebaseApp } from './firebase.ts'
import { makeDurableNonces, makeShardedNonces } from './guard/durableNonces.ts'
import { makeCheckKey, makeGuard } from './guard/guard.ts'
import { makeInstallCache } from './guard/installCache.ts'
import { makeKeyMaterial } from './guard/keyMaterial.ts'
import { makeNonceMemory } from './guard/nonceMemory.ts'
import { makeRateLimit } from './http/rateLimit.ts'
import { makeRetiredVersions } from './guard/retiredVersions.ts'
import { makeRevocationFeeds } from './guard/revocationFeeds.ts'
import { checkUpstreams } from './gateway/checkUpstream.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { Upstream } from './gateway/upstream.ts'
import { UPSTREAMS } from './gateway/upstreams.ts'
import { makeHandler, type RequestHandler } from './handler.ts'
import { makeAddressOf } from './http/clientAddress.ts'
import { makeWebCallers } from './http/webCallers.ts'
import { connectIdentity } from './identity.ts'
import { makeInstallHandlers } from './installs/handlers.ts'
import { makeIssuing } from './installs/issuing.ts'
import { makeKeyring } from './installs/keyring.ts'
import { makeUseRecorder } from './installs/recordUse.ts'
import { makeOpenLimits } from './installs/openLimits.ts'
import { makeShardedStore } from './installs/shardedStore.ts'
import { makeInstallStore } from './installs/store.ts'
import { describeError, type Log } from './log.ts'
import { makeRoutes } from './routes.ts'
import { asShard } from './shardDatabase.ts'
import { makeShardMap } from './shards.ts'
import { sweepSettings } from './sweep/settings.ts'
import type { SweepReport } from './sweep/report.ts'
import { sweep } from './sweep/sweep.ts'
import { makeShardedUsage } from './usage/shardedUsage.ts'
import { makeUsageStore } from './usage/store.ts'
import { makeUsage, UNCOUNTED } from './usage/usage.ts'
import { makeUsageNames } from './usage/usageNames.ts'

/** Addresses counted at once; beyond, the least recent have their quota back. */
const ADDRESSES_MAX = 50_000

const DAY_MS = 24 * 60 * 60 * 1000

/** Leaves the function's own time limit (540 s) room for the batch under way. */
const SWEEP_BUDGET_MS = 480_000

/** Each few minutes: what is left is soon gone on with. */
const ASSESS_BUDGET_MS = 240_000

/** A running service: one per instance. */
export interface Service {
  readonly handle: RequestHandler
  /** Of each database. */
  readonly sweep: () => Promise<readonly SweepReport[]>
  /** Of each database; nothing where BEHAVIOUR is off. */
  readonly assess: () => Promise<readonly AssessReport[]>
  /** Writes what is counted in memory only, and ends what goes on behind an answer. Never fails. */
  readonly flush: () => Promise<void>
  /** Ends its connections and timers. */
  readonly close: () => Promise<void>
}

export interface ServiceParts {
  readonly log: Log
  /** Unix milliseconds. */
  readonly now: () => number
  readonly routes?: typeof makeRoutes
  readonly upstreams?: readonly Upstream[]
}

/**
 * Builds every part once and joins them. Nothing is connected yet: the Admin SDK is loaded by the
 * first request that needs the database.
 * @throws TypeError that names the faulty setting
 */
export function buildService(
  config: Config,
  { log, now, routes = makeRoutes, upstreams = UPSTREAMS }: ServiceParts,
): Service {
  let app: Promise<FirebaseApp> | undefined
  const firebase = () => (app ??= startFirebase(config.databaseUrl))
  const deadline = { deadlineMs: config.databaseDeadlineMs }

  const addressOf = makeAddressOf(config)
  const keyring = makeKeyring(config.masterSecrets)
  const shards = makeShardMap(config.databaseUrls)
  const connections = shards.urls.map((url) => connectDatabase(firebase, { ...deadline, url }))
  // One alone has nothing to be mistaken for.
  const databases = connections.length === 1 ? connections : connections.map(asShard)
  /** Has also what belongs to no install. */
  const home = databases[0]!
  const identity = connectIdentity(firebase, deadline)
  const openQuotas = {
    owners: config.ownerRegistrationsPerMinute,
    strangers: config.strangerRegistrationsPerMinute,
  }
  // UIDs are spread evenly, so each database has its part of the calls, and of what they may be.
  const openPart = {
    owners: Math.ceil(openQuotas.owners / databases.length),
    strangers: Math.ceil(openQuotas.strangers / databases.length),
  }
  const stores = databases.map((database) =>
    makeInstallStore(database, {
      retentionMs: config.retentionDays * DAY_MS,
      openQuotas: openPart,
    }),
  )
  const store = makeShardedStore(stores, shards)

  const cache = makeInstallCache({
    read: (keyId) => {
      feeds.begin(shards.ofKey(keyId))
      return store.read(keyId)
    },
    liveSince: (nowMs, keyId) => feeds.liveSince(shards.ofKey(keyId), nowMs),
    max: config.installCacheMax,
    ttlMs: config.installCacheTtlSeconds * 1000,
  })
  const feeds = makeRevocationFeeds(databases, now, (keyId) => cache.drop(keyId))

  const isRetired = makeRetiredVersions(config.retiredMasterVersions, keyring.newestVersion)
  const material = makeKeyMaterial(keyring, config.installCacheMax)
  const guard = makeGuard({
    cache,
    material,
    isRetired,
    nonces: makeNonceMemory(config.nonceMemoryMax),
    durableNonces: makeShardedNonces(databases.map(makeDurableNonces), shards),
    rate: makeRateLimit(
      { name: 'install', quota: config.requestsPerMinutePerInstall, windowSeconds: 60 },
      config.installCacheMax,
    ),
  })
  let encryption: Encryption | Promise<Encryption> | undefined
  const loadEncryption = () =>
    (encryption ??= import('./encryption/buildEncryption.ts').then(
      ({ buildEncryption }) =>
        (encryption = buildEncryption({
          keyring,
          store,
          isRetired,
          serverKeyQueue: config.serverKeyQueue,
          now,
        })),
    ))

  const issuing = makeIssuing({
    store,
    shards,
    keyring,
    encryption: async () => (await loadEncryption()).issuer,
    newId,
    now,
    settings: config,
  })
  const installs = makeInstallHandlers({
    issuing,
    issuance: config.issuance,
    shards,
    identity,
    limits: makeOpenLimits(openQuotas, config.strangerRegistrationsPerSecond, now),
    checkUidExists: config.checkUidExists,
    forget: (keyId) => cache.drop(keyId),
    onIssued: ({ incoming }) => usage.around('installs', now(), incoming),
    log,
  })

  const passwordLine = makePasswordLine({ waitMs: config.passwordWaitMs })
  const unseen = makeUnseen({ ms: config.silentAnswerMs, log })
  let accounts: Promise<AccountHandlers> | undefined
  const loadAccounts = () =>
    (accounts ??= import('./accounts/buildAccounts.ts').then(({ buildAccounts }) =>
      buildAccounts({
        config,
        addressOf,
        database: home,
        identity,
        keyring,
        passwordLine,
        unseen,
        newId,
        onCall: (keyId, call) => {
          if (config.behaviour !== 'off') usage.called(keyId, now(), call)
        },
        now,
        log,
      }),
    ))

  const checkedUpstreams = checkUpstreams(upstreams, {
    isEmulated: config.isEmulated,
    timeoutMs: config.timeoutMs,
    origins: config.upstreamOrigins,
  })
  let gateway: Gateway | Promise<Gateway> | undefined
  const loadGateway = () =>
    (gateway ??= import('./gateway/gateway.ts').then(
      ({ buildGateway }) =>
        // Once it is there nobody waits for it, not even for a turn.
        (gateway = buildGateway({
          upstreams: checkedUpstreams,
          cacheBytes: config.gatewayCacheMib * 1024 * 1024,
          limitOf: (policy) => makeRateLimit(policy, config.installCacheMax),
          now,
          log,
        })),
    ))

  const usage =
    config.usageFlushSeconds === 0
      ? UNCOUNTED
      : makeShardedUsage(
          databases.map((database) =>
            makeUsage({
              store: makeUsageStore(database, makeUsageNames(keyring)),
              addressOf,
              newId,
              busyRequests: Math.ceil(config.requestsPerMinutePerInstall / 2),
              everyMs: config.usageFlushSeconds * 1000,
              now,
              log,
            }),
          ),
          shards,
        )

  // One each: after a failure they pause.
  const recorders = stores.map((each) => makeUseRecorder({ store: each, cache, log }))

  const gateOf = makeGates({
    settings: config,
    load: async () => {
      const { buildAttest } = await import('./attest/buildAttest.ts')
      return buildAttest({ settings: config, consumeAppCheck: connectAppCheck(firebase, deadline) })
    },
    count: (outcome, nowMs, keyId) => usage.attested(outcome, nowMs, keyId),
    log,
    now,
  })

  const routeMap = routes(
    installs,
    loadAccounts,
    passwordLine.isFull,
    {
      upstreams: checkedUpstreams,
      gateway: loadGateway,
    },
    async () => loadEncryption(),
  )
  checkEncryption(config.encryption, routeMap)
  checkAttest(config, routeMap)
  const handle = makeHandler({
    routes: routeMap,
    meetWebCaller: makeWebCallers({
      allowedOrigins: config.allowedOrigins,
      requireRequestedWith: config.requireRequestedWith,
      methods: [...new Set(routeMap.map(({ method }) => method))],
      requestHeaders: checkedUpstreams.flatMap(({ requestHeaders }) => requestHeaders),
      answerHeaders: checkedUpstreams.flatMap(({ responseHeaders }) => responseHeaders),
    }),
    gateOf,
    // Where no provider is set up nobody could satisfy it: then a step-up halves the limits alone.
    strictGateOf: (route) =>
      config.attestProviders.length === 0 ? undefined : gateOf(route, 'enforce'),
    encryptionOf: (route) => encryptionOf(route, config.encryption),
    openBody: async (req, mode) => (await loadEncryption()).openBody(req, mode),
    guard,
    checkKey: makeCheckKey({ material, isRetired }),
    recordUse: (install, nowMs, attestation) =>
      recorders[shards.ofKey(install.keyId)!]!(install, nowMs, attestation),
    addressOf,
    addressLimit: makeRateLimit(
      { name: 'address', quota: config.registrationsPerMinutePerIp, windowSeconds: 60 },
      ADDRESSES_MAX,
    ),
    usage,
    log,
    now,
    settings: config,
  })

  const flush = async (): Promise<void> => {
    await Promise.all([usage.flush(), unseen.ended()])
  }

  log({ event: 'started', masterVersion: keyring.newestVersion })
  for (const warning of startWarnings(config)) log(warning)
  return {
    handle,
    sweep: () =>
      eachShard(
        databases.length,
        (shard, budgetMs) =>
          sweep({
            database: databases[shard]!,
            othersOf: (uid) =>
              shards
                .everOf(uid)
                .filter((other) => other !== shard)
                .map((other) => databases[other]!),
            identity,
            now,
            batch: config.sweepBatch,
            budgetMs,
            settings: sweepSettings(config),
          }),
        {
          budgetMs: SWEEP_BUDGET_MS,
          now,
          told: {
            done: (shard, report, ms) => log({ event: 'swept', shard, report, ms }),
            failed: (shard, error) =>
              log({ event: 'sweep_failed', shard, error: describeError(error) }),
          },
        },
      ),
    assess: async () => {
      const { behaviour: mode } = config
      if (mode === 'off') {
        log({ event: 'assess_off' })
        return []
      }
      const { assessUsage, behaviourSettings } = await import('./behaviour/index.ts')
      const settings = { ...behaviourSettings(config), mode }
      return eachShard(
        databases.length,
        (shard, budgetMs) =>
          assessUsage({
            database: databases[shard]!,
            home,
            settings,
            now,
            newId,
            log,
            batch: config.sweepBatch,
            budgetMs,
          }),
        {
          budgetMs: ASSESS_BUDGET_MS,
          now,
          told: {
            done: (shard, report, ms) => log({ event: 'assessed', shard, mode, report, ms }),
            failed: (shard, error) =>
              log({ event: 'assess_failed', shard, error: describeError(error) }),
          },
        },
      )
    },
    flush,
    close: async () => {
      usage.stop()
      await flush()
      feeds.stop()
      for (const connection of connections) connection.close()
      await (await gateway)?.close()
      if (app !== undefined) await (await app).close()
    },
  }
}

/** A UUIDv7 (RFC 9562) as 32 hex digits: unique, and sorted by time. */
const newId = (): string => uuidv7().replaceAll('-', '')
