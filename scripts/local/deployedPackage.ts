import { createRequire } from 'node:module'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { inCheckout } from './checkout.ts'
import { npm, run } from './run.ts'

/** What the `firebase-functions` binary tells `firebase deploy` about one function. */
export interface Endpoint {
  [option: string]: unknown
}

export interface Manifest {
  endpoints: Record<string, Endpoint>
  params: { name: string; type: string }[]
}

interface FirebaseTools {
  prepareFunctionsUpload: (
    projectDir: string,
    sourceDir: string,
    config: object,
    additionalSources: string[],
    runtimeConfig: undefined,
  ) => Promise<{ pathToSource: string }>
  unzip: (archive: string, folder: string) => Promise<void>
}

/** Packs the functions folder by the very code of `firebase deploy`, and unpacks that into `folder`. */
export async function unpackUpload(folder: string): Promise<void> {
  const { prepareFunctionsUpload, unzip } = firebaseTools()
  const [config] = (
    JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as {
      functions: { source: string }[]
    }
  ).functions
  if (!config) throw new Error('firebase.json names no functions.')
  const source = inCheckout(config.source)
  const { pathToSource } = await prepareFunctionsUpload(inCheckout(), source, config, [], undefined)
  await unzip(pathToSource, folder)
  rmSync(pathToSource)
}

/** Installs it alone, as Cloud Build does. */
export const installAlone = (folder: string): Promise<string> =>
  npm(['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder })

/** Asks the `firebase-functions` binary for the manifest, as Cloud Build and `firebase deploy` do. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'manifest.json')
  await run(process.execPath, [join(folder, 'node_modules/.bin/firebase-functions'), folder], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      GCLOUD_PROJECT: 'demo-latchkey',
      FUNCTIONS_CONTROL_API: 'true',
      FUNCTIONS_MANIFEST_OUTPUT_PATH: file,
    },
  })
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}

/** Two of its inner parts, which it has no other door to. */
function firebaseTools(): FirebaseTools {
  const require = createRequire(import.meta.url)
  return {
    ...(require('firebase-tools/lib/deploy/functions/prepareFunctionsUpload') as Omit<
      FirebaseTools,
      'unzip'
    >),
    ...(require('firebase-tools/lib/unzip') as Pick<FirebaseTools, 'unzip'>),
  }
}
