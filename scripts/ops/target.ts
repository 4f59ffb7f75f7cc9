import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { inCheckout } from '../local/checkout.ts'
import { readRunning } from '../local/running.ts'
import { EXIT, OpsError } from './opsError.ts'

/** Which project is operated on. */
export interface Target {
  readonly project: string
  /** At least one; the first also holds what is not by install. */
  readonly databaseUrls: readonly string[]
  /** A `demo-` project on this machine: nothing there is worth a question. */
  readonly isLocal: boolean
  /** Whether nobody has named its database: then the address is the one it has in us-central1. */
  readonly isGuessed: boolean
}

export interface TargetOptions {
  readonly project?: string
  readonly databaseUrl?: string
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])$/

/**
 * The running `npm start` unless something else is named. Sets the variables by which Google's SDKs find
 * the emulators; for a real project there must be none, or half of a command would go astray.
 * @throws OpsError when nothing runs, or what is named does not fit together
 */
export function chooseTarget(options: TargetOptions): Target {
  const named = options.databaseUrl === undefined ? known(options) : byUrl(options)
  readParams(named.project)
  const target = { ...named, databaseUrls: allDatabases(named) }
  if (target.isLocal) {
    process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = new URL(named.databaseUrl).host
  } else {
    refuseEmulators(target)
  }
  // The Admin SDK prefers the second, in which a shell may have another project.
  for (const name of ['GCLOUD_PROJECT', 'GOOGLE_CLOUD_PROJECT']) process.env[name] = target.project
  return target
}

/** What to do when its database does not answer. */
export const explainSilence = ({ project, databaseUrls, isGuessed }: Target): string =>
  [
    'The database does not answer. What was done stays done: give the same command again.',
    isGuessed &&
      `Nobody has named its address: ${databaseUrls[0]} is right in us-central1 alone. Any other region ` +
        `has another, which the Firebase console shows. Put DATABASE_URL=<address> into ` +
        `functions/.env.${project}, or add --database-url <address>.`,
  ]
    .filter(Boolean)
    .join(' ')

interface Named {
  readonly project: string
  readonly databaseUrl: string
  readonly isLocal: boolean
  readonly isGuessed: boolean
}

/** With its shards, where the project has several. */
function allDatabases({ databaseUrl, isLocal }: Named): readonly string[] {
  const urls = (process.env['DATABASE_URLS'] ?? '').split(',').filter((url) => url !== '')
  if (urls.length === 0) return [databaseUrl]
  if (urls[0] !== databaseUrl || urls.some((url) => isOnLoopback(url) !== isLocal)) {
    throw new OpsError(`DATABASE_URLS does not go with ${databaseUrl}.`, EXIT.usage)
  }
  return urls
}

/** The project's own database. */
function known({ project }: TargetOptions): Named {
  if (project !== undefined && !isDemo(project)) {
    const namedUrl = urlInParams(project)
    const isGuessed = namedUrl === ''
    return { project, databaseUrl: namedUrl || defaultUrl(project), isLocal: false, isGuessed }
  }
  const running = readRunning(inCheckout('.local/running.json'))
  if (running === undefined) {
    const hint = 'Nothing is running: begin with "npm start", or name a project with --project.'
    throw new OpsError(hint, EXIT.usage)
  }
  if (project !== undefined && project !== running.projectId) {
    throw new OpsError(`What is running is ${running.projectId}, not ${project}.`, EXIT.usage)
  }
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = running.authEmulatorHost
  const { projectId, databaseUrl } = running
  return { project: projectId, databaseUrl, isLocal: true, isGuessed: false }
}

/** A database by its URL: one on this machine belongs to a demo- project, any other to a real one. */
function byUrl({ project, databaseUrl = '' }: TargetOptions): Named {
  if (!URL.canParse(databaseUrl)) throw new OpsError('--database-url is no URL', EXIT.usage)
  const isLocal = isOnLoopback(databaseUrl)
  if (isLocal && (project === undefined || isDemo(project))) {
    return { project: project ?? 'demo-latchkey', databaseUrl, isLocal, isGuessed: false }
  }
  if (project === undefined || isDemo(project) || !databaseUrl.startsWith('https://')) {
    throw new OpsError(
      'A database that is not on this machine needs https and --project with the name of its project.',
      EXIT.usage,
    )
  }
  return { project, databaseUrl, isLocal: false, isGuessed: false }
}

const isOnLoopback = (databaseUrl: string): boolean => {
  const { protocol, hostname } = new URL(databaseUrl)
  return protocol === 'http:' && LOOPBACK.test(hostname)
}

const isDemo = (project: string): boolean => project.startsWith('demo-')

const paramsOf = (file: string): Record<string, string | undefined> => {
  try {
    return parseEnv(readFileSync(inCheckout('functions', file), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/** As `firebase deploy` reads them. */
export const fileParams = (project: string): Readonly<Record<string, string | undefined>> => ({
  ...paramsOf('.env'),
  ...paramsOf(`.env.${project}`),
  ...(isDemo(project) && paramsOf('.env.local')),
})

/** The project's database as its params or the environment name it; else empty. */
const urlInParams = (project: string): string => {
  const { DATABASE_URLS = '', DATABASE_URL = '' } = { ...fileParams(project), ...process.env }
  const [first = ''] = DATABASE_URLS.split(',')
  return first || DATABASE_URL
}

/** Of us-central1 alone: elsewhere it is `…-default-rtdb.<region>.firebasedatabase.app`. */
const defaultUrl = (project: string): string => `https://${project}-default-rtdb.firebaseio.com`

/** The project's settings; what the environment says goes first. */
function readParams(project: string): void {
  for (const [name, value] of Object.entries(fileParams(project))) process.env[name] ??= value
}

function refuseEmulators({ project }: Pick<Target, 'project'>): void {
  for (const name of Object.keys(process.env)) {
    if (!name.endsWith('_EMULATOR_HOST')) continue
    throw new OpsError(`${name} is set, and ${project} is no emulator: unset it.`, EXIT.usage)
  }
}
