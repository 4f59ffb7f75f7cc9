import type { FirebaseOptions } from 'firebase/app'
import { LOCAL_RUN_PATH, type LocalRun } from '../localRun.ts'

/** Where this page's Firebase is. */
export interface Backend {
  readonly firebase: FirebaseOptions
  /** The emulators of `npm start`; undefined when deployed. */
  readonly local: LocalRun | undefined
}

/** Hosting's reserved address for the project's own configuration; the emulator has it, too. */
const DEPLOYED_CONFIG = '/__/firebase/init.json'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** @throws Error with words for whoever runs the page */
export async function findBackend(load = fetch, host = location.hostname): Promise<Backend> {
  // Asked by the page's address first: a deployed page must not even look for a local run.
  if (LOOPBACK.has(host)) {
    const local = await read<LocalRun>(load, LOCAL_RUN_PATH)
    if (local === undefined) throw new Error('No local run is here. Start one with: npm start')
    return { firebase: localOptions(local), local }
  }
  const firebase = await read<FirebaseOptions>(load, DEPLOYED_CONFIG)
  if (firebase === undefined) {
    throw new Error('Firebase Hosting does not tell this project’s configuration.')
  }
  return { firebase, local: undefined }
}

/** The SDK insists on an address of this form, and then talks to the emulator. */
const localOptions = ({ projectId, namespace }: LocalRun): FirebaseOptions => ({
  projectId,
  apiKey: 'local',
  databaseURL: `https://${namespace}.firebaseio.com`,
})

async function read<T>(load: typeof fetch, path: string): Promise<T | undefined> {
  const answer = await load(path, { cache: 'no-store' })
  return answer.ok ? ((await answer.json()) as T) : undefined
}
