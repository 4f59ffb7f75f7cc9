import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { dayOf } from '../../../functions/src/installs/store.ts'
import type { LogEvent } from '../../../functions/src/log.ts'
import { makeUsageStore, type UsageStore } from '../../../functions/src/usage/store.ts'
import { makeUsageNames } from '../../../functions/src/usage/usageNames.ts'
import {
  makeUsage,
  OPEN_KEYS_MAX,
  WAITING_KEYS_MAX,
  type Usage,
} from '../../../functions/src/usage/usage.ts'
import { startFaultProxy, type Fault, type FaultProxy } from '../harness/faultProxy.ts'
import { NAMESPACE, startDatabase, type TestDatabase } from '../harness/database.ts'
import { connect, keyring, newId } from '../installs/harness/backend.ts'

// Some of these wait for a deadline in real time.
jest.setTimeout(60_000)

const EVERY_MS = 60_000

let base: TestDatabase
let proxy: FaultProxy
let close: () => Promise<void>
let store: UsageStore
/** That of another instance: it has named nobody's networks and numbers yet. */
let newStore: () => UsageStore
let events: LogEvent[]
let started: Usage[]

beforeAll(async () => {
  base = await startDatabase({ installs: 0 })
  proxy = await startFaultProxy(base.rtdb.port)
  const connected = await connect(base, { host: proxy.host, deadlineMs: 400 })
  close = connected.close
  newStore = () => makeUsageStore(connected.database, makeUsageNames(keyring))
  store = newStore()
})
afterAll(async () => {
  await close()
  await proxy.close()
  await base.close()
})
beforeEach(() => {
  base.rtdb.import(NAMESPACE, {})
  events = []
  started = []
})
afterEach(() => {
  for (const usage of started) usage.stop()
})

const start = (over: UsageStore = store): Usage => {
  const usage = makeUsage({
    store: over,
    addressOf: (incoming) => incoming.url!,
    newId,
    busyRequests: 60,
    everyMs: EVERY_MS,
    now: () => base.clock.ms,
    log: (event) => events.push(event),
  })
  started.push(usage)
  return usage
}

const keyOf = (n: number): string => n.toString(16).padStart(32, '0')
const [ADA, BOB] = [keyOf(0xada), keyOf(0xb0b)]
/** A request from there: what a test's `addressOf` finds. */
const from = (address: string) => ({ url: address }) as IncomingMessage
const ask = (usage: Usage, keyId = ADA, address = '203.0.113.9') =>
  usage.admitted(keyId, base.clock.ms, from(address))

const today = () => (base.data()['usage']?.[dayOf(base.clock.ms)] ?? {}) as Record<string, never>
const requestsOf = (keyId: string) => (today()[keyId]?.['requests'] ?? 0) as number
const marks = () => Object.values(base.data()['flushes'] ?? {}).flatMap((each) => Object.keys(each))

describe('what is counted', () => {
  test('requests with their hour and last time, refusals by code, and what no key has signed', async () => {
    const usage = start()
    for (let n = 0; n < 5; n += 1) ask(usage)
    ask(usage, BOB)
    usage.refused('rate_limited', base.clock.ms + 7, BOB)
    usage.refused('rate_limited', base.clock.ms + 8, BOB)
    usage.refused('invalid_credentials', base.clock.ms)
    await usage.flush()

    const at = base.clock.ms
    const hour = new Date(at).toISOString().slice(11, 13)
    const networks = expect.any(Object) as unknown
    expect(today()).toEqual({
      [ADA]: { requests: 5, hours: { [hour]: 5 }, networks, lastAt: at },
      [BOB]: {
        ...{ requests: 1, hours: { [hour]: 1 }, networks, lastAt: at + 8 },
        refused: { rate_limited: 2 },
        // Behaviour is judged by them; of an honest key there are none.
        signals: { [hour]: { limited: 2 } },
        notedAt: at,
      },
      unverified: { refused: { invalid_credentials: 1 }, lastAt: at },
    })
  })

  test('is added to what is there, by whichever instance', async () => {
    const [one, other] = [start(), start()]
    for (const usage of [one, other, one]) {
      ask(usage)
      ask(usage)
      await usage.flush()
    }
    expect(requestsOf(ADA)).toBe(6)
  })

  test('belongs to the hour and the day that it happened in', async () => {
    const usage = start()
    const before = base.clock.ms
    const midnight = (dayOf(before) + 1) * 86_400_000
    ask(usage)
    base.clock.ms = midnight - 1
    ask(usage)
    base.clock.ms = midnight
    ask(usage)
    await usage.flush()
    const days = base.data()['usage']!
    const hour = new Date(before).toISOString().slice(11, 13)
    expect(days[dayOf(before)]![ADA]).toMatchObject({ requests: 2, hours: { [hour]: 1, 23: 1 } })
    expect(days[dayOf(midnight)]![ADA]).toMatchObject({ requests: 1, hours: { '00': 1 } })
    base.clock.ms = before
  })

  test('looks at the client’s network once for a key and flush', async () => {
    const usage = start()
    const looked: string[] = []
    const counting = (address: string) =>
      Object.defineProperty({}, 'url', {
        get: () => (looked.push(address), address),
      }) as IncomingMessage
    for (const address of ['198.51.100.1', '198.51.100.2', '192.0.2.1']) {
      usage.admitted(ADA, base.clock.ms, counting(address))
    }
    expect(looked).toEqual(['198.51.100.1'])
    await usage.flush()
    usage.admitted(ADA, base.clock.ms, counting('192.0.2.1'))
    expect(looked).toEqual(['198.51.100.1', '192.0.2.1'])
    await usage.flush()
    // Each of two networks was seen in one minute, and no address is to be found anywhere.
    expect(Object.values(today()[ADA]!['networks'] as object)).toEqual([1, 1])
    expect(JSON.stringify(base.data())).not.toMatch(/198\.51|192\.0\.2/)
  })
})

describe('what behaviour is judged by', () => {
  const hour = () => new Date(base.clock.ms).toISOString().slice(11, 13)
  const rowOf = (keyId: string) => today()[keyId] as Record<string, unknown> | undefined
  const networks = () =>
    Object.values(base.data()['networks']?.[dayOf(base.clock.ms)] ?? {}).map(
      ({ signals }) => signals?.[hour()],
    )

  test('are refusals that say something of the key, by the hour, and the time of the database', async () => {
    const usage = start()
    const codes = [
      'clock_skew',
      'replayed',
      'rate_limited',
      'otp_rejected',
      'login_rejected',
    ] as const
    for (const code of codes) usage.refused(code, base.clock.ms, ADA)
    usage.refused('unavailable', base.clock.ms, ADA)
    usage.refused('replayed', base.clock.ms)
    usage.forged(ADA, base.clock.ms, from('198.51.100.7'))
    usage.attested('none-missing', base.clock.ms, ADA)
    usage.attested('app-check-unreachable', base.clock.ms, ADA)
    usage.attested('app-check-attested', base.clock.ms, ADA)
    await usage.flush()
    const one = { stale: 1, replayed: 1, limited: 1, otp: 1, login: 1, forged: 1, unattested: 1 }
    expect(rowOf(ADA)!['signals']).toEqual({ [hour()]: one })
    expect(rowOf(ADA)!['notedAt']).toBe(base.clock.ms)
    expect(rowOf('unverified')).not.toHaveProperty('signals')
  })

  test('are numbers and countries of account calls, by names that say nothing', async () => {
    const usage = start()
    const called = (e164: string, country: string) =>
      usage.called(ADA, base.clock.ms, { kind: 'sms', e164, country })
    called('+4915112345678', 'DE')
    called('+4915112345678', 'DE')
    called('+436641234567', 'AT')
    await usage.flush()
    const row = rowOf(ADA)!
    const seen = Math.floor(base.clock.ms / 3_600_000) * 3_600_000
    expect(row['signals']).toEqual({ [hour()]: { sms: 3 } })
    expect(Object.values(row['phones'] as object)).toEqual([seen, seen])
    expect(row['countries']).toEqual({ DE: seen, AT: seen })
    expect(JSON.stringify(base.data())).not.toMatch(/12345678|1234567/)
  })

  test('a key that works through numbers adds no more than seventeen rows a day', async () => {
    const usage = start(newStore())
    for (let n = 0; n < 40; n += 1) {
      usage.called(ADA, base.clock.ms, { kind: 'sms', e164: `+49151${n}`, country: 'DE' })
      await usage.flush()
    }
    expect(Object.keys(rowOf(ADA)!['phones'] as object)).toHaveLength(17)
  })

  test('a minute at more than half of its rate is a busy one; less leaves no trace', async () => {
    const usage = start()
    for (let n = 0; n < 60; n += 1) ask(usage)
    for (let n = 0; n < 59; n += 1) ask(usage, BOB)
    await usage.flush()
    expect(rowOf(ADA)!['signals']).toEqual({ [hour()]: { busy: 1 } })
    expect(rowOf(BOB)).not.toHaveProperty('signals')
    expect(rowOf(BOB)).not.toHaveProperty('notedAt')
  })

  test('networks are counted by their prefix, with the keys that were seen there once', async () => {
    const usage = start(newStore())
    usage.around('installs', base.clock.ms, from('203.0.113.1'))
    usage.around('otp', base.clock.ms, from('203.0.113.200'))
    ask(usage, ADA, '203.0.113.7')
    ask(usage, BOB, '203.0.113.8')
    await usage.flush()
    ask(usage, ADA, '203.0.113.7')
    await usage.flush()
    expect(networks()).toEqual([{ installs: 1, otp: 1, keys: 2 }])
    ask(usage, keyOf(3), '203.0.113.9')
    // A home with one phone has no row.
    ask(usage, keyOf(4), '198.51.100.1')
    await usage.flush()
    expect(networks()).toEqual([{ installs: 1, otp: 1, keys: 3 }])
  })

  test('a flood from everywhere is two hundred rows a flush', async () => {
    const usage = start()
    for (let n = 0; n < 1000; n += 1) {
      usage.around('refused', base.clock.ms, from(`10.${n >> 8}.${n & 255}.1`))
    }
    await usage.flush()
    expect(networks()).toHaveLength(200)
  })
})

describe('a flush', () => {
  test('is one write for all keys of a minute (of a page of them), begun by the request that finds it due', async () => {
    const usage = start()
    const spent = await base.count(async () => {
      for (let n = 0; n < 24; n += 1) ask(usage, keyOf(n))
      base.clock.ms += EVERY_MS - 1
      ask(usage)
      expect(today()).toEqual({})
      base.clock.ms += 1
      ask(usage)
      await usage.flush()
    })
    expect(spent).toEqual({ reads: 0, writes: 1, denied: 0 })
    expect(Object.keys(today())).toHaveLength(25)
    expect(requestsOf(ADA)).toBe(2)
  })

  test('does not make the request wait', () => {
    const usage = start({
      add: () => new Promise(() => undefined),
      isAdded: (mark) => store.isAdded(mark),
    })
    ask(usage)
    base.clock.ms += EVERY_MS
    expect(ask(usage)).toBeUndefined()
  })

  test('has pages of 25 keys, so that no write holds up requests for long', async () => {
    const usage = start()
    for (let n = 0; n < 2500; n += 1) ask(usage, keyOf(n))
    const spent = await base.count(() => usage.flush())
    expect(spent).toEqual({ reads: 0, writes: 100, denied: 0 })
    expect(Object.keys(today())).toHaveLength(2500)
  })

  test('of nothing writes nothing', async () => {
    const usage = start()
    expect(await base.count(() => usage.flush())).toEqual({ reads: 0, writes: 0, denied: 0 })
  })

  test('leaves what is counted meanwhile to the next', async () => {
    const usage = start()
    ask(usage)
    const flushing = usage.flush()
    ask(usage)
    await flushing
    ask(usage)
    await usage.flush()
    expect(requestsOf(ADA)).toBe(3)
  })
})

describe('memory', () => {
  test('with too many keys the flush comes early', async () => {
    const usage = start()
    for (let n = 0; n <= OPEN_KEYS_MAX; n += 1) ask(usage, keyOf(n))
    // Nobody asks for a flush, and none is due.
    while (Object.keys(today()).length === 0) await sleep(100)
    // On a busy machine a page may miss its deadline, and waits for the next one.
    while (Object.keys(today()).length <= OPEN_KEYS_MAX) {
      await usage.flush()
      await sleep(100)
    }
    expect(Object.keys(today())).toHaveLength(OPEN_KEYS_MAX + 1)
  })

  test('while the database is away the oldest counts are given up, and that is logged', async () => {
    const ALL = WAITING_KEYS_MAX + 2 * OPEN_KEYS_MAX
    const usage = start()
    await proxy.inflict('refused')
    for (let n = 0; n < ALL; n += 1) ask(usage, keyOf(n))
    await usage.flush()
    await proxy.inflict('none')
    ask(usage, ADA)
    while (requestsOf(ADA) === 0) {
      await usage.flush()
      await sleep(50)
    }
    const dropped = events.filter(({ event }) => event === 'usage_dropped')
    const requests = dropped.map((event) => (event as { requests: number }).requests)
    const lost = requests.reduce((sum, each) => sum + each, 0)
    expect(lost).toBeGreaterThanOrEqual(OPEN_KEYS_MAX)
    // What was given up while it was on its way may have arrived all the same.
    expect(Object.keys(today()).length + lost).toBeGreaterThanOrEqual(ALL)
    expect(Object.keys(today()).length).toBeLessThan(ALL)
  })
})

/** Asks until the counts have come. */
async function settled(usage: Usage, requests: number): Promise<void> {
  const endAt = Date.now() + 20_000
  while (requestsOf(ADA) < requests && Date.now() < endAt) {
    await usage.flush()
    await sleep(50)
  }
  // What the SDK has kept to send again comes by now.
  await usage.flush()
  await sleep(300)
}

const FAULTS: readonly Fault[] = ['refused', 'reset', 'silent', 'lost acknowledgement', 'half open']

describe.each(FAULTS)('when the database is %s', (fault) => {
  test('all is counted in the end, and nothing twice', async () => {
    const usage = start()
    ask(usage)
    await usage.flush()
    for (let round = 0; round < 3; round += 1) {
      ask(usage)
      await proxy.inflict(fault)
      ask(usage)
      await usage.flush()
      ask(usage)
      await usage.flush()
      await proxy.inflict('none')
      await settled(usage, 1 + (round + 1) * 3)
      expect(requestsOf(ADA)).toBe(1 + (round + 1) * 3)
    }
    expect(events).toEqual([])
  })
})

test('an acknowledgement is lost: the same write, sent again, is refused and counts as done', async () => {
  const usage = start()
  ask(usage)
  await proxy.inflict('lost acknowledgement')
  await usage.flush()
  while (requestsOf(ADA) === 0) await sleep(20)
  expect(marks()).toHaveLength(1)
  const { writesDenied } = base.rtdb.operations(NAMESPACE)
  await proxy.inflict('reset')
  await proxy.inflict('none')
  await settled(usage, 1)
  // By the SDK, as it had got no answer.
  expect(base.rtdb.operations(NAMESPACE).writesDenied - writesDenied).toBeGreaterThanOrEqual(1)
  expect(requestsOf(ADA)).toBe(1)
  expect(marks()).toHaveLength(1)
})

test('a write that was held back for longer than marks are kept is refused, and made anew', async () => {
  const usage = start()
  const before = base.clock.ms
  ask(usage)
  await proxy.inflict('silent')
  await usage.flush()
  base.clock.ms += 301_000
  await proxy.inflict('none')
  await settled(usage, 1)
  expect(requestsOf(ADA)).toBe(1)
  expect(marks()).toHaveLength(1)
  expect(events).toEqual([])
  base.clock.ms = before
})

test('what the rules refuse is given up and logged, and does not hold up the rest', async () => {
  const usage = start()
  ask(usage, 'no key ID')
  await usage.flush()
  expect(events).toMatchObject([{ event: 'usage_dropped', keys: 1, requests: 1 }])
  ask(usage)
  await usage.flush()
  expect(requestsOf(ADA)).toBe(1)
})
