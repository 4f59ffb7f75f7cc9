import { memoryStorage } from '../../client/src/storage/memoryStorage.ts'
import { slotOf } from '../../functions/src/installs/slot.ts'
import {
  DEVICE_ID,
  keyIdOf,
  problem,
  startFakeService,
  UID,
  type Changes,
  type FakeDatabase,
} from './harness/fakeService.ts'
import { withGlobal } from './harness/withGlobal.ts'

const FIRST = { uid: UID, keyId: keyIdOf(1) }
const SECOND = { uid: UID, keyId: keyIdOf(2) }
const CURRENT = '/installs/current'
const KEY_PATH = `users/${UID}/${slotOf(DEVICE_ID)}/credential`
const CODE_PATH = `users/${UID}/${slotOf(DEVICE_ID)}/otp`

describe('several databases', () => {
  const startOn = (...urls: string[]) => {
    const service = startFakeService(urls)
    const byUrl = (url: string): FakeDatabase => service.databases.find((it) => it.url === url)!
    return { service, byUrl, heard: () => service.databases.map(({ heard }) => heard) }
  }

  test('a registration reads both drops where the answers say', async () => {
    const { service, byUrl, heard } = startOn('https://a.example', 'https://b.example')
    service.place = 1
    expect(await service.newApp({ database: byUrl, deviceId: undefined }).register()).toEqual(FIRST)
    const [there, elsewhere] = [heard()[1]!, heard()[0]!]
    expect([there.map((path) => path.split('/').at(-1)), elsewhere]).toEqual([
      ['otp', 'credential'],
      [],
    ])
  })

  test('so does a rotation, whose key may be elsewhere', async () => {
    const { service, byUrl } = startOn('https://a.example', 'https://b.example')
    const app = service.newApp({ database: byUrl })
    await app.register()
    service.place = 1
    expect(await app.rotate()).toEqual(SECOND)
    expect(service.databases[1]!.heard).toEqual([KEY_PATH])
  })

  test('a key that waits is found once the service has said where', async () => {
    const { service, byUrl } = startOn('https://a.example', 'https://b.example')
    service.place = 1
    await service.newApp({ database: byUrl }).register()
    // Another start, with nothing kept, as after a kill; the drop is still there.
    expect(await service.newApp({ database: byUrl }).register()).toEqual(FIRST)
    expect(service.asked()).toBe(3)
    expect(service.databases[0]!.heard).toEqual([])
  })

  test.each([undefined, null, 1, {}])('no URL but %p: bad_answer', async (databaseUrl) => {
    const { service, byUrl } = startOn('https://a.example')
    service.intercept = () => Response.json({ drop: 'otp', path: 'p', databaseUrl })
    const registering = service.newApp({ database: byUrl }).register()
    await expect(registering).rejects.toMatchObject({ code: 'bad_answer', status: 200 })
  })

  test('an app with a database of its own is not told, and reads there', async () => {
    const { service, heard } = startOn('https://a.example')
    const { data } = service.databases[0]!
    service.intercept = () => {
      data.set(CODE_PATH, { code: '12345678' })
      service.intercept = () => undefined
      return Response.json({ drop: 'otp', path: 'p' })
    }
    expect(await service.newApp().register()).toEqual(FIRST)
    expect(heard()).toEqual([[KEY_PATH, CODE_PATH, KEY_PATH]])
  })

  test('a URL that the function refuses is not listened at', async () => {
    const { service } = startOn('https://a.example')
    const database = (): FakeDatabase => {
      throw new Error('not ours')
    }
    await expect(service.newApp({ database }).register()).rejects.toThrow('not ours')
  })
})

describe("what the app's own functions do", () => {
  // Timers alone: the SDK's deadline is 30 s.
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'Date'] }))
  afterEach(() => jest.useRealTimers())

  /** A function of the app that answers after its first call alone. */
  const hangingOnce = <T>(answer: T) => {
    let tellHung: () => void
    const hung = new Promise<void>((resolve) => (tellHung = resolve))
    let calls = 0
    const call = () => {
      if ((calls += 1) > 1) return Promise.resolve(answer)
      tellHung()
      return new Promise<T>(() => undefined)
    }
    return { hung, call }
  }
  const user = { uid: UID, getIdToken: () => Promise.resolve('token') }
  const HANGING: [string, () => { hung: Promise<void>; options: Changes }][] = [
    [
      'attestation',
      () => {
        const { hung, call } = hangingOnce({})
        return { hung, options: { attestation: call } }
      },
    ],
    [
      'authStateReady',
      () => {
        const { hung, call } = hangingOnce<void>(undefined)
        return { hung, options: { auth: { currentUser: user, authStateReady: call } } }
      },
    ],
    [
      'getIdToken',
      () => {
        const { hung, call } = hangingOnce('token')
        return { hung, options: { auth: { currentUser: { ...user, getIdToken: call } } } }
      },
    ],
  ]

  test.each(HANGING)(
    '%s never answers: timed_out, and the next call works',
    async (_name, make) => {
      const service = startFakeService()
      const { hung, options } = make()
      const app = service.newApp(options)
      const first = app.register()
      await hung
      const inLine = app.forget()
      jest.advanceTimersByTime(30_000)
      await expect(first).rejects.toMatchObject({ code: 'timed_out' })
      await inLine
      expect(await app.register()).toEqual(FIRST)
    },
  )

  test('nor in a rotation does it hold up the next one', async () => {
    const service = startFakeService()
    const storage = memoryStorage()
    await service.newApp({ storage }).register()
    const { hung, call } = hangingOnce({})
    const app = service.newApp({ storage, attestation: call })
    const first = app.rotate()
    await hung
    jest.advanceTimersByTime(30_000)
    await expect(first).rejects.toMatchObject({ code: 'timed_out' })
    expect(await app.rotate()).toEqual(SECOND)
  })

  test('an onProgress that throws fails nothing', async () => {
    const onProgress = () => {
      throw new Error('not shown')
    }
    const app = startFakeService().newApp({ onProgress })
    expect(await app.register()).toEqual(FIRST)
  })
})

describe('a key that another tab has replaced', () => {
  const startTabs = async () => {
    const service = startFakeService()
    const storage = memoryStorage()
    const [one, other] = [service.newApp({ storage }), service.newApp({ storage })]
    await one.register()
    await other.register()
    expect(await one.rotate()).toEqual(SECOND)
    return { service, storage, other }
  }

  test('revoke() ends the one that is kept', async () => {
    const { service, storage, other } = await startTabs()
    await other.revoke()
    expect([...service.revoked]).toEqual([SECOND.keyId])
    expect((await storage.read())!.credential).toBeUndefined()
  })

  test('rotate() begins with the one that is kept', async () => {
    const { service, other } = await startTabs()
    expect(await other.rotate()).toEqual({ uid: UID, keyId: keyIdOf(3) })
    expect(service.sent.at(-1)).toMatchObject({ keyId: SECOND.keyId })
  })
})

describe('revoke()', () => {
  test('does nothing without a key', async () => {
    const service = startFakeService()
    await service.newApp().revoke()
    expect(service.sent).toEqual([])
  })

  test('waits for a registration that is under way', async () => {
    const service = startFakeService()
    let revoking: Promise<void> | undefined
    const app = service.newApp({ onProgress: () => void (revoking ??= app.revoke()) })
    await app.register()
    await revoking
    expect([...service.revoked]).toEqual([FIRST.keyId])
  })

  test('drops a key that is revoked already', async () => {
    const service = startFakeService()
    const storage = memoryStorage()
    const app = service.newApp({ storage })
    await app.register()
    service.revoked.add(FIRST.keyId)
    await app.revoke()
    expect((await storage.read())!.credential).toBeUndefined()
  })

  test('keeps a key that the service has not ended', async () => {
    const service = startFakeService()
    const storage = memoryStorage()
    const app = service.newApp({ storage })
    await app.register()
    service.intercept = () => problem(503, 'unavailable')
    await expect(app.revoke()).rejects.toMatchObject({ code: 'unavailable' })
    expect((await storage.read())!.credential).toMatchObject({ keyId: FIRST.keyId })
  })
})

describe('a registration that failed', () => {
  const refusing = (status: number, code: string, headers: Record<string, string> = {}) => {
    const service = startFakeService()
    const refuse = (call: string) =>
      call === 'POST /installs' ? problem(status, code, headers) : undefined
    return { service, refuse }
  }

  test('is not repeated before Retry-After is over, by whatever call', async () => {
    const { service, refuse } = refusing(429, 'rate_limited', { 'Retry-After': '30' })
    let nowMs = 1_800_000_000_000
    const app = service.newApp({ clock: () => nowMs })
    service.intercept = refuse
    const refusal = { code: 'rate_limited', retryAfterSeconds: 30 }
    await expect(app.register()).rejects.toMatchObject(refusal)
    service.intercept = () => undefined
    nowMs += 29_999
    await expect(app.fetch(CURRENT)).rejects.toMatchObject(refusal)
    await expect(app.register()).rejects.toMatchObject(refusal)
    expect(service.asked()).toBe(1)
    nowMs += 1
    expect(await app.register()).toEqual(FIRST)
  })

  test('a clock that was set back by an hour does not make the pause longer', async () => {
    const { service, refuse } = refusing(429, 'rate_limited', { 'Retry-After': '30' })
    let nowMs = 1_800_000_000_000
    const app = service.newApp({ clock: () => nowMs })
    service.intercept = refuse
    await expect(app.register()).rejects.toThrow('rate_limited')
    service.intercept = () => undefined
    nowMs -= 3_600_000
    expect(await app.register()).toEqual(FIRST)
  })

  test('the key of another tab is found all the same', async () => {
    const { service, refuse } = refusing(429, 'rate_limited', { 'Retry-After': '30' })
    const storage = memoryStorage()
    const app = service.newApp({ storage })
    service.intercept = refuse
    await expect(app.register()).rejects.toThrow('rate_limited')
    service.intercept = () => undefined
    await service.newApp({ storage }).register()
    await app.revoke()
    expect([...service.revoked]).toEqual([FIRST.keyId])
  })

  test('without Retry-After it may be repeated at once', async () => {
    const { service, refuse } = refusing(503, 'unavailable')
    const app = service.newApp()
    service.intercept = refuse
    await expect(app.register()).rejects.toMatchObject({ code: 'unavailable' })
    service.intercept = () => undefined
    expect(await app.register()).toEqual(FIRST)
  })

  test('whatever it was that an app’s own function threw', async () => {
    let calls = 0
    const attestation = () => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      return (calls += 1) === 1 ? Promise.reject(undefined) : {}
    }
    const app = startFakeService().newApp({ attestation })
    await expect(app.register()).rejects.toBeUndefined()
    expect(await app.register()).toEqual(FIRST)
  })

  test('after a refused key it is asked for once a minute, though it fails', async () => {
    const { service, refuse } = refusing(503, 'unavailable')
    let nowMs = 1_800_000_000_000
    const app = service.newApp({ clock: () => nowMs })
    await app.register()
    expect(service.asked()).toBe(2)
    service.revoked.add(FIRST.keyId)
    service.intercept = refuse
    await expect(app.fetch(CURRENT)).rejects.toMatchObject({ code: 'unavailable' })
    nowMs += 59_999
    expect((await app.fetch(CURRENT)).status).toBe(401)
    expect(service.asked()).toBe(3)
    nowMs += 1
    service.intercept = () => undefined
    expect((await app.fetch(CURRENT)).status).toBe(200)
  })

  test('calls that are refused at the same time share the one renewal', async () => {
    const service = startFakeService()
    const app = service.newApp()
    await app.register()
    service.revoked.add(FIRST.keyId)
    const answers = await Promise.all([1, 2, 3].map(() => app.fetch(CURRENT)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(service.asked()).toBe(4)
  })
})

describe('what is sent', () => {
  test('a registration follows no redirect', async () => {
    const service = startFakeService()
    await service.newApp().register()
    expect(service.sent.map(({ init }) => init.redirect)).toEqual(['error', 'error'])
  })

  test('a body without a byte is none', async () => {
    const service = startFakeService()
    await service.newApp().fetch(CURRENT, { method: 'POST', body: '' })
    const { init } = service.sent.at(-1)!
    expect(init.body).toBeNull()
    expect(new Headers(init.headers).has('content-digest')).toBe(false)
  })
})

describe('an IndexedDB that does not open', () => {
  let restore: () => void
  afterEach(() => restore())
  const refusing = {
    open: () => {
      throw new DOMException('denied', 'SecurityError')
    },
  }

  test.each([
    ['refuses', refusing],
    ['is null', null],
  ])('%s: the key is kept in memory', async (_name, factory) => {
    restore = withGlobal('indexedDB', factory)
    const service = startFakeService()
    const app = service.newApp({ storage: undefined })
    expect(await app.register()).toEqual(FIRST)
    expect((await app.fetch(CURRENT)).status).toBe(200)
    await app.forget()
    await app.fetch(CURRENT)
    expect(service.asked()).toBe(4)
  })
})
