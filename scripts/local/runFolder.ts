import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { bundleIn } from './bundle.ts'
import { inCheckout } from './checkout.ts'
import type { Ports } from './ports.ts'
import { namespace } from './running.ts'

/** The folder that firebase-tools runs in. */
export interface RunFolder {
  path: string
  /** Where the bundle belongs. */
  bundle: string
  remove: () => void
}

export interface RunFolderOptions {
  ports: Ports
  /** dotenv text with the function's secrets. */
  secrets: string
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
  symlinkSync(inCheckout('web'), inside('web'), 'junction')
  writeFileSync(inside('firebase.json'), JSON.stringify(localFirebaseJson(options.ports), null, 2))
  writeFileSync(inside('functions/.secret.local'), options.secrets, { mode: 0o600 })
  writeFileSync(inside('functions/.env.local'), dotenv(localParams))
  if (options.withDeveloperEnv) copyDeveloperEnv(inside('functions/.env.local'))
  appendFileSync(inside('functions/.env.local'), dotenv(options.params))
  return {
    path,
    bundle: bundleIn(inside('functions')),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** The project's own firebase.json, with the ports and the database of this run. */
function localFirebaseJson(ports: Ports): object {
  const ours = JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as object
  const listen = Object.entries(ports).map(
    ([part, port]) => [part, { host: '127.0.0.1', port }] as const,
  )
  return {
    ...ours,
    database: [{ instance: namespace, rules: 'database.rules.json' }],
    emulators: {
      ...Object.fromEntries<object>(listen),
      ui: { enabled: false },
      singleProjectMode: true,
    },
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
