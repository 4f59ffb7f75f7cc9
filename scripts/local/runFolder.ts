import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { LOCAL_APP_ID, LOCAL_HOST, LOCAL_PROJECT_NUMBER } from '../attest/mint.ts'
import { bundleIn } from './bundle.ts'
import { inCheckout } from './checkout.ts'
import { linkTo } from './linkTo.ts'
import { localFirebaseJson } from './localFirebaseJson.ts'
import { layLocalRun } from './localRun.ts'
import type { Ports } from './ports.ts'
import { region, type Running } from './running.ts'
import { upstreamOrigins } from './upstreamOrigins.ts'

/** The folder that firebase-tools runs in. */
export interface RunFolder {
  path: string
  /** Where the bundle belongs. */
  bundle: string
  remove: () => void
}

export interface RunFolderOptions {
  ports: Ports
  running: Running
  /** dotenv text with the function's secrets. */
  secrets: string
  /** Of the example upstreams, by name; the developer may have fakes of others, or of these. */
  fakeOrigins: Readonly<Record<string, string>>
  /** The function's params for this run; they win over those in the developer's files. */
  params: Readonly<Record<string, string>>
  /** Take the developer's own `functions/.env*` files, too. */
  withDeveloperEnv: boolean
}

/** What a local run needs set; a developer's own files win over it. */
const localParams = {
  // Texts go to the outbox, so they may go to these for nothing.
  SMS_COUNTRIES: 'DE,FR,GB,IN,US',
  SMS_OUTBOX_FILE: inCheckout('.local/outbox.jsonl'),
  // The example upstreams, too: there are fakes of them.
  DEFAULT_SCOPES: 'accounts,proxy:weather,proxy:payments',
  // What the local issuer mints. ATTEST=open=enforce or the like switches it on.
  ATTEST_PROVIDERS: 'app-check,approov,recaptcha',
  APP_CHECK_PROJECT_NUMBER: LOCAL_PROJECT_NUMBER,
  APP_CHECK_APP_IDS: LOCAL_APP_ID,
  RECAPTCHA_HOSTS: LOCAL_HOST,
}

/**
 * Lays out the project as firebase-tools wants it, in a folder of its own outside of the checkout: it takes
 * ports from firebase.json only, writes the params of each run into `functions/.env.local`, where they would
 * rule the next one, and watches no folder whose path has a dot in it. So two runs cannot disturb each other.
 */
export function makeRunFolder(options: RunFolderOptions): RunFolder {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const inside = (...parts: string[]) => join(path, ...parts)
  mkdirSync(inside('functions'))
  copyFileSync(inCheckout('functions/package.json'), inside('functions/package.json'))
  copyFileSync(inCheckout('database.rules.json'), inside('database.rules.json'))
  symlinkSync(inCheckout('node_modules'), inside('node_modules'), 'junction')
  const firebaseJson = localFirebaseJson(options.ports, options.running)
  writeFileSync(inside('firebase.json'), JSON.stringify(firebaseJson, null, 2))
  writeFileSync(inside('functions/.secret.local'), options.secrets, { mode: 0o600 })
  const env = inside('functions/.env.local')
  writeFileSync(env, dotenv(localParams))
  if (options.withDeveloperEnv) copyDeveloperEnv(env)
  const { UPSTREAM_ORIGINS: own } = parseEnv(readFileSync(env, 'utf8'))
  const UPSTREAM_ORIGINS = upstreamOrigins(options.fakeOrigins, own)
  // The region last of all, and never the developer's: the local URLs name it.
  appendFileSync(env, dotenv({ UPSTREAM_ORIGINS, ...options.params, REGION: region }))
  linkPages(inside('web/public'))
  layLocalRun(inside('web/public'), options.running, inside('functions'))
  return {
    path,
    bundle: bundleIn(inside('functions')),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/**
 * The pages, each linked so that a change to one is seen at once, in a folder of this run's own: there
 * its files can lie beside them that no deployment must have.
 */
function linkPages(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const entry of readdirSync(inCheckout('web/public'), { withFileTypes: true })) {
    const source = inCheckout('web/public', entry.name)
    linkTo(source, join(folder, entry.name), entry.isDirectory() ? 'junction' : 'file')
  }
}

/** In the order in which firebase-tools reads them: the last one wins. */
function copyDeveloperEnv(target: string): void {
  for (const name of ['.env', '.env.demo-latchkey', '.env.local']) {
    const source = inCheckout('functions', name)
    if (existsSync(source)) appendFileSync(target, `${readFileSync(source, 'utf8')}\n`)
  }
}

const dotenv = (params: Readonly<Record<string, string>>): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('')
