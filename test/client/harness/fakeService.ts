import {
  createLatchkey,
  type FirebaseAuth,
  type LatchkeyCoreOptions,
} from '../../../client/src/core.ts'
import { memoryStorage } from '../../../client/src/storage/memoryStorage.ts'
import { slotOf } from '../../../functions/src/installs/slot.ts'

// A service and its databases in memory: for what the real ones, which the end-to-end tests have, do not do.

/** One of the service's databases. */
export interface FakeDatabase {
  readonly url: string
  readonly data: Map<string, unknown>
  /** Where somebody has listened. */
  readonly heard: string[]
}

export interface Sent {
  /** `POST /installs`. */
  readonly call: string
  readonly keyId: string | undefined
  readonly init: RequestInit
}

export const UID = 'uid-1'
const BASE_URL = 'https://service.example/api'
const CODE = '12345678'

export function startFakeService(urls: readonly string[] = ['https://a.example']) {
  const databases = urls.map((url): FakeDatabase => ({
    url,
    data: new Map<string, unknown>(),
    heard: [],
  }))
  const sent: Sent[] = []
  const revoked = new Set<string>()
  let issued = 0
  const service = {
    databases,
    sent,
    revoked,
    /** The database of the next drops. */
    place: 0,
    /** Answers in the place of the service. */
    intercept: (_call: string): Response | Promise<Response> | undefined => undefined,
    /** Of calls that ask for a key. */
    asked: () => sent.filter(({ call }) => call === 'POST /installs').length,
  }

  const drop = (deviceId: string, kind: 'otp' | 'credential'): Response => {
    const { url, data } = databases[service.place]!
    const path = `users/${UID}/${slotOf(deviceId)}/${kind}`
    data.set(path, kind === 'otp' ? { code: CODE } : newCredential((issued += 1)))
    return Response.json({ drop: kind, path, databaseUrl: url })
  }

  const answer = (call: string, keyId: string | undefined, init: RequestInit): Response => {
    if (call === 'POST /installs') {
      const { deviceId, otp } = JSON.parse(init.body as string) as Record<string, string>
      return drop(deviceId!, otp === CODE ? 'credential' : 'otp')
    }
    // The first use of a key takes its drop away.
    for (const { data } of databases) {
      for (const [path, value] of data) {
        if (keyId && JSON.stringify(value).includes(keyId)) data.delete(path)
      }
    }
    if (revoked.has(keyId ?? '')) return problem(401, 'key_revoked')
    if (call === 'DELETE /installs/current') revoked.add(keyId!)
    return call === 'POST /installs/current/rotate'
      ? drop(DEVICE_ID, 'credential')
      : Response.json({ keyId })
  }

  const fetchOfService: typeof fetch = async (input, init = {}) => {
    const path = new Request(input).url.slice(BASE_URL.length)
    const call = `${init.method} ${path}`
    const keyId = new Headers(init.headers).get('x-api-key')?.split('_')[2]
    sent.push({ call, keyId, init })
    return (await service.intercept(call)) ?? answer(call, keyId, init)
  }

  const newApp = (options: Changes = {}) =>
    createLatchkey<FirebaseAuth, FakeDatabase, FakeReference>({
      baseUrl: BASE_URL,
      auth: { currentUser: { uid: UID, getIdToken: () => Promise.resolve('token') } },
      database: databases[0]!,
      firebase: FIREBASE,
      storage: memoryStorage(),
      deviceId: DEVICE_ID,
      fetch: fetchOfService,
      ...(options as Partial<Options>),
    })

  return Object.assign(service, { newApp })
}

export const DEVICE_ID = 'device-1'

interface FakeReference {
  readonly database: FakeDatabase
  readonly path: string
}
/** Undefined: as if it was not given. */
export type Changes = { readonly [Name in keyof Options]?: Options[Name] | undefined }
type Options = LatchkeyCoreOptions<FirebaseAuth, FakeDatabase, FakeReference>

/** What is there is told at once, as the service writes before it answers. */
const FIREBASE: Options['firebase'] = {
  signInAnonymously: () => Promise.reject(new Error('somebody is signed in')),
  ref: (database, path) => ({ database, path }),
  onValue: ({ database, path }, onValue) => {
    database.heard.push(path)
    onValue({ val: () => database.data.get(path) ?? null })
    return () => undefined
  },
}

/** @param headers as `Retry-After` */
export const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ code, type: code, detail: code }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  })

export const keyIdOf = (n: number): string => n.toString(16).padStart(32, '0')

const newCredential = (n: number) => ({
  apiKey: `lk_v1_${keyIdOf(n)}_${'a'.repeat(32)}`,
  hmacSecret: Buffer.alloc(32, n).toString('base64url'),
})
