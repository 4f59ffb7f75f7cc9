import {
  createLatchkey,
  memoryStorage,
  type Latchkey,
  type LatchkeyStorage,
} from '@latchkey/client/core'
import { signInAnonymously } from 'firebase/auth'
import { onValue, ref, type Database, type DatabaseReference } from 'firebase/database'
import type { Alter, Recorder } from '../wire/recorder.ts'
import { makeAttestation, type Attestation } from './attestation.ts'
import type { Backend } from './backend.ts'
import { makeShownEncryption } from './encrypted.ts'
import { openFirebase } from './firebase.ts'
import type { Holdings } from './holdings.ts'
import { makeRegistration, stageOf, type Registration } from './registration.ts'
import { makeTurnstile } from './turnstile.ts'

/** What the steps and the attacks work with: an install of the app, and all that it sends in the open. */
export interface Demo {
  readonly backend: Backend
  readonly recorder: Recorder
  readonly holdings: Holdings
  readonly form: AccountForm
  /** Not recorded: for what belongs to the page and not to the app. */
  readonly load: typeof fetch
  readonly database: Database
  readonly latchkey: Latchkey
  readonly registration: Registration
  readonly deviceId: string
  /** What the app sends of it is asked for before each call. */
  readonly attestation: Attestation
  /** The same install on a phone whose clock is off; what it learns of the time stays with it. */
  withClock(clock: () => number): Promise<Latchkey>
  /**
   * A second install of the same user, whose bodies are encrypted.
   * @param alter what somebody on the way makes of the answers
   */
  encrypted(alter?: Alter): Latchkey
}

/** What is typed into the phone. */
export interface AccountForm {
  readonly phone: string
  readonly password: string
  code: string
  /** Shows a text message on the phone. */
  showText(text: string): void
}

export const BASE_URL = '/api'

/** A registration is held up for as long as somebody reads a step. */
const DEADLINE_MS = 3_600_000

type DemoParts = Pick<Demo, 'backend' | 'recorder' | 'holdings' | 'form' | 'load'>

export function startDemo(parts: DemoParts): Demo {
  const { backend, recorder, holdings, load } = parts
  const { auth, database } = openFirebase(backend, 'app')
  const turnstile = makeTurnstile()
  const attestation = makeAttestation(load, backend.local)
  const deviceId = `demo-${crypto.randomUUID()}`
  let stage = 0

  const pass = () => turnstile.pass(stage)
  const listen = heldListen(recorder, holdings, pass)
  const settings = {
    baseUrl: BASE_URL,
    auth,
    database,
    deviceId,
    deadlineMs: DEADLINE_MS,
    attestation: () => attestation.headers(),
    firebase: { signInAnonymously, ref: placeOf, onValue: listen },
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      await pass()
      return recorder.fetch(input, init)
    },
  }
  // An app in a page keeps its key in IndexedDB, the SDK's default; this one is to forget it.
  const storage = memoryStorage()
  const latchkey = createLatchkey({
    ...settings,
    storage,
    onProgress: ({ step, uid }) => {
      stage = stageOf(step)
      if (uid !== undefined) holdings.set({ uid })
    },
  })
  const second = {
    ...settings,
    deviceId: `${deviceId}-encrypted`,
    storage: memoryStorage(),
    encryption: makeShownEncryption(recorder),
    // Its secrets are not those of the phone that is shown.
    firebase: { ...settings.firebase, onValue: heldListen(recorder, shownNowhere(holdings), pass) },
  }
  return {
    ...parts,
    database,
    latchkey,
    deviceId,
    attestation,
    registration: makeRegistration(latchkey, turnstile),
    withClock: async (clock) =>
      createLatchkey({ ...settings, clock, storage: await copyOf(storage) }),
    encrypted: (alter) =>
      createLatchkey({
        ...second,
        fetch: alter ? recorder.fetchAs('app', ['answer'], alter) : recorder.fetch,
      }),
  }
}

const shownNowhere = (holdings: Holdings): Holdings => ({
  get held() {
    return holdings.held
  },
  set: () => undefined,
})

async function copyOf(storage: LatchkeyStorage): Promise<LatchkeyStorage> {
  const copy = memoryStorage()
  const kept = await storage.read()
  if (kept !== null) await copy.write(kept)
  return copy
}

interface Place {
  readonly path: string
  readonly reference: DatabaseReference
}

const placeOf = (database: Database, path: string): Place => ({
  path,
  reference: ref(database, path),
})

/** Firebase's `onValue` that starts when it may, and shows the page what it brings. */
function heldListen(recorder: Recorder, holdings: Holdings, pass: () => Promise<void>) {
  return (
    { path, reference }: Place,
    onNext: (snapshot: { val(): unknown }) => void,
    onError: (error: Error) => void,
  ): (() => void) => {
    let isOver = false
    let stop: () => void = () => undefined
    void pass().then(() => {
      if (isOver) return
      stop = onValue(
        reference,
        (snapshot) => {
          const value: unknown = snapshot.val()
          if (value !== null) {
            const { uid = '' } = holdings.held
            recorder.note({ kind: 'database', actor: 'app', path, uid, answer: { value } })
            holdings.set(heldIn(path, value))
          }
          onNext(snapshot)
        },
        onError,
      )
      // What is known already is told before `onValue` returns.
      if (isOver) stop()
    })
    return () => {
      isOver = true
      stop()
    }
  }
}

/** What the app has by reading its slot. */
function heldIn(path: string, value: unknown) {
  const { code, apiKey, hmacSecret } = value as Readonly<Record<string, string>>
  const slotPath = path.slice(0, path.lastIndexOf('/'))
  return {
    slotPath,
    ...(code !== undefined && { code, isCodeUsed: false }),
    ...(apiKey !== undefined && { apiKey }),
    ...(hmacSecret !== undefined && { hmacSecret }),
  }
}
