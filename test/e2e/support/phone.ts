import { randomUUID } from 'node:crypto'
import type { Database } from 'firebase/database'
import {
  createLatchkey,
  memoryStorage,
  type Latchkey,
  type LatchkeyOptions,
  type Step,
} from '../../../client/src/index.ts'
import { connectFirebase } from '../../../scripts/local/firebaseApp.ts'
import { running } from '../harness/running.ts'

export interface Sent {
  readonly method: string
  readonly path: string
  readonly status: number
}

/** An app on a phone. */
export interface Phone {
  readonly latchkey: Latchkey
  readonly sent: Sent[]
  readonly steps: Step[]
  /** Starts the app anew: a process that was killed. */
  restart(options?: Partial<LatchkeyOptions>): Latchkey
  /** Starts an app that is killed at this step: from then on it sends nothing, and keeps nothing. */
  startDyingAt(step: Step): Latchkey
  /** What it reads its drops from. */
  readonly database: Database
}

/** The real SDK of Firebase on the run's emulators; only what passes is written down. */
export function newPhoneAt(baseUrl: string, options: Partial<LatchkeyOptions> = {}): Phone {
  const { auth, database, close } = connectFirebase(running(), randomUUID())
  ends.push(close)
  const sent: Sent[] = []
  const steps: Step[] = []
  const recordingFetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    const path = new URL(urlOf(input)).pathname
    sent.push({ method: init?.method ?? 'GET', path, status: response.status })
    return response
  }
  const all = {
    baseUrl,
    auth,
    database,
    storage: memoryStorage(),
    fetch: recordingFetch,
    onProgress: ({ step }: { readonly step: Step }) => void steps.push(step),
    ...options,
  }
  const restart = (changed: Partial<LatchkeyOptions> = {}) => createLatchkey({ ...all, ...changed })
  const startDyingAt = (dyingStep: Step) => {
    let isDead = false
    const unlessDead = <T>(work: () => Promise<T>): Promise<T> =>
      isDead ? Promise.reject(new Error('killed')) : work()
    const { storage, fetch: send } = all
    return restart({
      onProgress: ({ step }) => void (isDead ||= step === dyingStep),
      fetch: (input, init) => unlessDead(() => send(input, init)),
      storage: { ...storage, write: (kept) => unlessDead(() => storage.write(kept)) },
    })
  }
  return { latchkey: restart(), sent, steps, restart, startDyingAt, database }
}

const ends: (() => Promise<void>)[] = []

/** After the tests of a file. */
export async function endPhones(): Promise<void> {
  await Promise.all(ends.map((end) => end()))
}

export const urlOf = (input: RequestInfo | URL): string => new Request(input).url

/** How often the app has asked for a key. */
export const registrations = ({ sent }: Phone): number =>
  sent.filter(({ path, method }) => path === '/api/installs' && method === 'POST').length
