import { randomBytes } from 'node:crypto'
import { text as readAll } from 'node:stream/consumers'
import { writeFileSync } from 'node:fs'
import { makeKeyring } from '../../functions/src/installs/keyring.ts'
import { EXIT, OpsError, type Exit } from './opsError.ts'
import type { Output } from './output.ts'

export interface SecretsOptions {
  /** Written there, for its owner alone, instead of to stdout. */
  readonly out?: string
  /** Versions that are left out. */
  readonly without: readonly number[]
  /** Said by who knows that there is none so far. */
  readonly first: boolean
}

/**
 * Makes a MASTER_SECRETS with one version more than the one on stdin; with `first`, version 1. It goes into
 * a pipe or a file: on a terminal, secrets would stay in its memory.
 * @throws OpsError that quotes nothing of a secret
 */
export async function makeSecrets(options: SecretsOptions, output: Output): Promise<Exit> {
  if (options.out === undefined && process.stdout.isTTY) {
    throw new OpsError(
      `Secrets are not shown on a terminal: use a pipe or --out.\n${howToSet(options)}`,
      EXIT.usage,
    )
  }
  const present = process.stdin.isTTY ? '' : (await readAll(process.stdin)).trim()
  // A pipe whose first command has failed is empty as well: taken for the first version, that would
  // replace all that there are, and lock everybody out.
  if ((present === '') !== options.first) {
    throw new OpsError(options.first ? NOT_FIRST : NOTHING_READ, EXIT.usage)
  }
  const { text, version, versions } = withNewVersion(present, options.without)
  if (options.out === undefined) process.stdout.write(`${text}\n`)
  else writeNew(options.out, text)
  output.say(`Version ${version} is new and issues from its deployment on. There are: ${versions}.`)
  output.say(howToSet(options))
  return EXIT.done
}

const NOTHING_READ = `No MASTER_SECRETS came on stdin. If there is one, find out why it was not read.
If there never was one: --first.`

const NOT_FIRST = 'A MASTER_SECRETS came on stdin: without --first a version is added to it.'

const FIRST = 'npm run -s ops -- secrets new --first'
const NEXT = `npx firebase functions:secrets:access MASTER_SECRETS \\
    | npm run -s ops -- secrets new`

const howToSet = ({ first }: SecretsOptions): string => `Set it, and deploy:
  ${first ? FIRST : NEXT} \\
    | npx firebase functions:secrets:set MASTER_SECRETS --data-file -
  npx firebase deploy --only functions`

/** @param present JSON of the versions so far, or empty */
export function withNewVersion(present: string, without: readonly number[] = []) {
  const masters = present === '' ? {} : parse(present)
  const known = Object.keys(masters).map(Number)
  const absent = without.filter((version) => !known.includes(version))
  if (absent.length > 0) throw new OpsError(`There is no version ${absent.join(', ')}.`, EXIT.usage)
  // Above all there were: a version that is left out now is not given again.
  const version = Math.max(0, ...known) + 1
  const kept = Object.entries(masters).filter(([name]) => !without.includes(Number(name)))
  const made = { ...Object.fromEntries(kept), [version]: randomBytes(32).toString('base64url') }
  return { text: JSON.stringify(made), version, versions: Object.keys(made).join(', ') }
}

function parse(present: string): Record<string, string> {
  try {
    makeKeyring(present)
  } catch (error) {
    throw new OpsError(`What came on stdin is no MASTER_SECRETS: ${(error as Error).message}.`)
  }
  return JSON.parse(present) as Record<string, string>
}

/** Nothing is overwritten: it might be the only copy. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new OpsError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`)
  }
}
