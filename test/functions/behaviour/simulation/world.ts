import type { IncomingMessage } from 'node:http'
import { levelAt, NO_RISK, type RiskState } from '../../../../functions/src/behaviour/decide.ts'
import { DAYS_READ, type Dated } from '../../../../functions/src/behaviour/features.ts'
import { judge, type Judgement } from '../../../../functions/src/behaviour/judge.ts'
import type { Database } from '../../../../functions/src/database.ts'
import { makeKeyring } from '../../../../functions/src/installs/keyring.ts'
import type { NetworkRow, UsageRow } from '../../../../functions/src/usage/stored.ts'
import { makeUsageStore } from '../../../../functions/src/usage/store.ts'
import { makeUsageNames } from '../../../../functions/src/usage/usageNames.ts'
import { makeUsage } from '../../../../functions/src/usage/usage.ts'
import { MASTER_SECRETS } from '../../harness/key.ts'
import { newId } from '../../installs/harness/backend.ts'
import { DAY_MS, HOUR_MS, SETTINGS } from '../harness/evidence.ts'

/** What a program does with its key, as the service meets it. */
export type Act =
  /** Signed requests, of which the rate lets some through. */
  | { readonly do: 'ask'; readonly times: number }
  /** A call of a route that sends a text. */
  | { readonly do: 'text'; readonly phone: string; readonly country: string }
  /** A call that ends with a wrong or a right secret. */
  | {
      readonly do: 'code' | 'login'
      readonly phone: string
      readonly country: string
      readonly isRight: boolean
    }
  | { readonly do: 'stale' | 'replay' | 'probe' | 'unattested' | 'forge'; readonly times: number }
  /** A key for a new install. */
  | { readonly do: 'register' }

export type Timed = Act & {
  /** Unix milliseconds. */
  readonly at: number
  /** Whose: the n-th install. */
  readonly install: number
  readonly address: string
}

/** What became of an install. */
export interface Fate {
  /** Requests that it had sent when something was done about it first, and when it was suspended first. */
  readonly foundAfter: number | undefined
  readonly suspendedAfter: number | undefined
  readonly sent: number
  /** Those of them that were answered, or cost a text. */
  readonly served: number
  readonly texts: number
  readonly highest: number
  readonly worst: Judgement | undefined
}

interface Install {
  readonly createdAt: number
  state: RiskState
  /** Something was counted since the last run. */
  isNoted: boolean
  sent: number
  served: number
  texts: number
  foundAfter: number | undefined
  suspendedAfter: number | undefined
  worst: Judgement | undefined
}

/** The defaults of the params. */
const RATE = 120
const TEXTS_AN_HOUR = 5
const COOLDOWN_MS = 60_000
const NUMBER_A_DAY = 5
const RUN_EVERY_MS = 5 * 60_000
const FLUSH_EVERY_MS = 60_000

export const keyIdOf = (install: number): string => install.toString(16).padStart(32, '0')

export interface Lived {
  readonly fates: ReadonlyMap<number, Fate>
  /** `usage` and `networks`, as a database has them in the end. */
  readonly stored: Readonly<Record<string, unknown>>
}

/**
 * Lives through what installs do, in the order of time: the limits of the service, the counting of it
 * (the real one, up to the write of each minute) and a run every five minutes. What is written is added up
 * here and not in a database, since a year of minutes is half a million writes; that a database comes to
 * the same is a test of its own.
 * @param alsoTo gets each write and its time
 */
export async function live(
  acts: Iterable<Timed>,
  alsoTo?: (updates: Readonly<Record<string, unknown>>, ms: number) => Promise<boolean>,
): Promise<Lived> {
  const tree: Tree = {}
  const clock = { ms: 0 }
  const fold = async (updates: Readonly<Record<string, unknown>>): Promise<boolean> => {
    for (const [path, value] of Object.entries(updates)) add(tree, path.split('/'), value, clock.ms)
    return alsoTo === undefined || alsoTo(updates, clock.ms)
  }
  const names = makeUsageNames(makeKeyring(MASTER_SECRETS))
  const usage = makeUsage({
    store: makeUsageStore({ write: fold } as unknown as Database, names),
    addressOf: (incoming) => (incoming as unknown as Timed).address,
    newId,
    busyRequests: RATE / 2,
    // Flushed below, by the clock that is made up.
    everyMs: 2 ** 31 - 1,
    now: () => clock.ms,
    log: ({ event }) => {
      throw new Error(event)
    },
  })
  const installs = new Map<number, Install>()
  const counters = new Map<string, number>()
  let nextFlush = 0
  let nextRun = 0

  /** True as long as the quota lasts. */
  const take = (key: string, quota: number): boolean => {
    const count = (counters.get(key) ?? 0) + 1
    if (count <= quota) counters.set(key, count)
    return count <= quota
  }

  const installOf = (n: number): Install => {
    const known = installs.get(n)
    if (known !== undefined) return known
    const none = { foundAfter: undefined, suspendedAfter: undefined, worst: undefined }
    const counts = { isNoted: false, sent: 0, served: 0, texts: 0 }
    const created: Install = { createdAt: clock.ms, state: NO_RISK, ...counts, ...none }
    installs.set(n, created)
    return created
  }

  const meet = (act: Timed): void => {
    const install = installOf(act.install)
    const keyId = keyIdOf(act.install)
    const incoming = act as unknown as IncomingMessage
    const { at } = act
    const refused = (code: Parameters<typeof usage.refused>[0]) => usage.refused(code, at, keyId)
    const level = levelAt(install.state, at)
    const half = level === 'step_up' ? 2 : 1
    const minute = Math.floor(at / 60_000)

    /** Through the guard, as far as its rate lets it. */
    const admit = (): boolean => {
      install.sent += 1
      if (level === 'suspended') {
        refused('key_suspended')
        return false
      }
      if (!take(`rate/${minute}/${keyId}`, RATE / half)) {
        refused('rate_limited')
        return false
      }
      usage.admitted(keyId, at, incoming)
      install.served += 1
      return true
    }

    install.isNoted = true
    switch (act.do) {
      case 'register':
        usage.around('installs', at, incoming)
        return
      case 'forge':
        for (let n = 0; n < act.times; n += 1) {
          usage.forged(keyId, at, incoming)
        }
        return
      case 'ask':
        for (let n = 0; n < act.times; n += 1) admit()
        return
      case 'stale':
      case 'replay':
        install.sent += act.times
        for (let n = 0; n < act.times; n += 1) {
          refused(act.do === 'stale' ? 'clock_skew' : 'replayed')
        }
        return
      case 'probe':
        for (let n = 0; n < act.times; n += 1) if (admit()) refused('scope_missing')
        return
      case 'unattested':
        for (let n = 0; n < act.times; n += 1) {
          if (admit()) usage.attested('app-check-rejected', at, keyId)
        }
        return
      case 'text': {
        if (!admit()) return
        const { phone: e164, country } = act
        usage.called(keyId, at, { kind: 'sms', e164, country })
        const hour = Math.floor(at / HOUR_MS)
        const isFree =
          take(`cooldown/${Math.floor(at / COOLDOWN_MS)}/${e164}`, 1) &&
          take(`number/${Math.floor(at / DAY_MS)}/${e164}`, NUMBER_A_DAY) &&
          take(`texts/${hour}/${keyId}`, Math.ceil(TEXTS_AN_HOUR / half))
        if (isFree) install.texts += 1
        else refused('sms_budget_exhausted')
        return
      }
      case 'code':
      case 'login': {
        if (!admit()) return
        const { phone: e164, country, isRight } = act
        usage.called(keyId, at, { kind: 'accounts', e164, country })
        if (!isRight) refused(act.do === 'code' ? 'otp_rejected' : 'login_rejected')
      }
    }
  }

  /** As the scheduled run does it. */
  const assess = (): void => {
    for (const [n, install] of installs) {
      if (!install.isNoted) continue
      install.isNoted = false
      const evidence = evidenceOf(tree, keyIdOf(n), install.createdAt, clock.ms)
      const judgement = judge(install.state, evidence, SETTINGS, clock.ms)
      const { action, state } = judgement.decision
      install.state = state
      if (judgement.assessment.score >= (install.worst?.assessment.score ?? 0)) {
        install.worst = judgement
      }
      if (action !== 'keep') install.foundAfter ??= install.sent
      if (action === 'suspend') install.suspendedAfter ??= install.sent
    }
  }

  const advance = async (ms: number): Promise<void> => {
    for (;;) {
      const next = Math.min(nextFlush, nextRun)
      if (next > ms) break
      clock.ms = next
      if (nextFlush === next) {
        await usage.flush()
        nextFlush = Math.max(next, ms - (ms % FLUSH_EVERY_MS)) + FLUSH_EVERY_MS
      }
      if (nextRun === next) {
        assess()
        nextRun = Math.max(next, ms - (ms % RUN_EVERY_MS)) + RUN_EVERY_MS
      }
    }
    clock.ms = ms
  }

  for (const act of acts) {
    if (clock.ms === 0) {
      clock.ms = act.at
      nextFlush = act.at - (act.at % FLUSH_EVERY_MS) + FLUSH_EVERY_MS
      nextRun = act.at - (act.at % RUN_EVERY_MS) + RUN_EVERY_MS
    }
    if (act.at < clock.ms) throw new Error('time goes backwards')
    await advance(act.at)
    meet(act)
  }
  await advance(clock.ms + RUN_EVERY_MS)
  usage.stop()
  const { usage: keys = {}, networks = {} } = tree
  return {
    fates: new Map([...installs].map(([n, install]) => [n, fateOf(install)])),
    stored: { usage: keys, networks },
  }
}

const fateOf = ({ foundAfter, suspendedAfter, sent, served, texts, worst }: Install): Fate => ({
  ...{ foundAfter, suspendedAfter, sent, served, texts, worst },
  highest: worst?.assessment.score ?? 0,
})

/** The database, as far as counting needs it. */
interface Tree {
  [name: string]: Tree | number | string | boolean
}

function add(
  tree: Tree,
  [name = '', ...rest]: readonly string[],
  value: unknown,
  ms: number,
): void {
  if (rest.length > 0) {
    add((tree[name] ??= {}) as Tree, rest, value, ms)
    return
  }
  const told = (value as { '.sv'?: 'timestamp' | { increment: number } })['.sv']
  if (told === undefined) tree[name] = value as number
  else if (told === 'timestamp') tree[name] = ms
  else tree[name] = ((tree[name] as number | undefined) ?? 0) + told.increment
}

function evidenceOf(tree: Tree, keyId: string, createdAt: number, nowMs: number) {
  const today = Math.floor(nowMs / DAY_MS)
  const days = Array.from({ length: DAYS_READ }, (_, n) => today - DAYS_READ + 1 + n)
  const rows = days.flatMap((day): Dated<UsageRow>[] => {
    const row = at(tree, 'usage', String(day), keyId)
    return row === undefined ? [] : [{ day, row: row as unknown as UsageRow }]
  })
  const networks = rows.flatMap(({ day, row }) =>
    Object.keys(row.networks ?? {}).flatMap((name): Dated<NetworkRow>[] => {
      const seen = at(tree, 'networks', String(day), name)
      return seen === undefined ? [] : [{ day, row: seen as unknown as NetworkRow }]
    }),
  )
  return { rows, networks: nowMs - createdAt < DAY_MS ? networks : [], createdAt }
}

function at(tree: Tree, ...path: readonly string[]): Tree | undefined {
  let found: Tree | undefined = tree
  for (const name of path) found = found?.[name] as Tree | undefined
  return found
}
