import { readFileSync } from 'node:fs'
import type { Database } from '../../../functions/src/database.ts'
import { parseInstall, type Install } from '../../../functions/src/installs/install.ts'
import { databaseOf, type Connection } from '../connection.ts'
import { EXIT, OpsError } from '../opsError.ts'
import { PAGE, pagesOf } from '../pages.ts'

/** Which keys a command is about. */
export type Selection =
  /** Named one by one: each must be there. */
  | { readonly keyIds: readonly string[] }
  /** All of an index: whatever is there. */
  | { readonly index: 'uid'; readonly value: string }
  | { readonly index: 'masterVersion'; readonly value: number }

export interface SelectionOptions {
  readonly uid?: string
  readonly masterVersion?: string
  readonly file?: string
}

export const KEY_ID = /^[0-9a-f]{32}$/
const UID = /^[A-Za-z0-9_-]{1,128}$/
const VERSION = /^[1-9][0-9]{0,8}$/

/** @throws OpsError (usage) unless exactly one selection is made, and is well formed */
export function readSelection(keyId: string | undefined, options: SelectionOptions): Selection {
  const { uid, masterVersion, file } = options
  const given = [keyId, uid, masterVersion, file].filter((each) => each !== undefined)
  if (given.length !== 1) {
    throw usage('Name one of: a key ID, --uid, --master-version, --file.')
  }
  if (uid !== undefined) {
    if (!UID.test(uid)) throw usage('--uid is no UID')
    return { index: 'uid', value: uid }
  }
  if (masterVersion !== undefined) {
    if (!VERSION.test(masterVersion)) throw usage('--master-version must be a number from 1')
    return { index: 'masterVersion', value: Number(masterVersion) }
  }
  if (file !== undefined) return { keyIds: readKeyIds(file) }
  if (!KEY_ID.test(keyId!))
    throw usage('A key ID has 32 hex digits: it is the middle of an API key.')
  return { keyIds: [keyId!] }
}

const usage = (text: string): OpsError => new OpsError(text, EXIT.usage)

/** A bad line may be a whole API key, so it is told by its number and not quoted. */
const BAD_LINES_SHOWN = 10

/**
 * One key ID a line; empty lines and those that begin with # are passed over, and what comes twice counts once.
 * @throws OpsError naming the bad lines: nothing has been done then
 */
export function readKeyIds(file: string): readonly string[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw usage(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  const lines = text
    .split('\n')
    .map((line, at) => ({ number: at + 1, keyId: line.trim() }))
    .filter(({ keyId }) => keyId !== '' && !keyId.startsWith('#'))
  const bad = lines.filter(({ keyId }) => !KEY_ID.test(keyId)).map(({ number }) => number)
  if (bad.length > 0) {
    const more = bad.length > BAD_LINES_SHOWN ? ` and ${bad.length - BAD_LINES_SHOWN} more` : ''
    const shown = bad.slice(0, BAD_LINES_SHOWN).join(', ')
    throw usage(`${file}: no key ID on line ${shown}${more}. Nothing was done.`)
  }
  if (lines.length === 0) throw usage(`${file} names no key. Nothing was done.`)
  return [...new Set(lines.map(({ keyId }) => keyId))]
}

/** A key as it was read, and where. */
export interface Found {
  readonly keyId: string
  /** Null when there is none of this ID. */
  readonly install: Install | null
  /** Undefined when there can be none. */
  readonly database: Database | undefined
}

type Source = Pick<Connection, 'databases' | 'shards'>

/** The selected keys, a page at a time. */
export async function* selectKeys(
  source: Source,
  selection: Selection,
): AsyncGenerator<readonly Found[]> {
  if ('keyIds' in selection) {
    const { keyIds } = selection
    for (let at = 0; at < keyIds.length; at += PAGE) {
      yield await Promise.all(keyIds.slice(at, at + PAGE).map((keyId) => findKey(source, keyId)))
    }
    return
  }
  const { index: orderBy, value } = selection
  for (const database of source.databases) {
    for await (const rows of pagesOf(database, 'installs', { orderBy, from: value, to: value })) {
      yield rows.map(([keyId, row]) => ({ keyId, install: parseInstall(keyId, row), database }))
    }
  }
}

/** By one read. */
export async function findKey(source: Source, keyId: string): Promise<Found> {
  const database = databaseOf(source, keyId)
  const row = await database?.read(`installs/${keyId}`)
  return { keyId, install: parseInstall(keyId, row), database }
}
