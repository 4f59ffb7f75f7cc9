import { slotOf } from '../../../functions/src/installs/slot.ts'
import type { Range, Row } from '../../../functions/src/database.ts'
import { databaseOf, type Connection } from '../connection.ts'
import { EXIT, OpsError, type Exit } from '../opsError.ts'
import type { Output } from '../output.ts'
import { pagesOf } from '../pages.ts'
import { KEY_HEADINGS, keyRecord, keyRow, showKeyRecord, showKeyRow } from './records.ts'
import { KEY_ID } from './selection.ts'

export interface ListOptions {
  readonly status?: string
  readonly uid?: string
  readonly masterVersion?: number
  readonly limit: number
}

/** Keys in the order in which they were made, a page in memory at a time. */
export async function listKeys(
  { databases }: Connection,
  options: ListOptions,
  output: Output,
): Promise<Exit> {
  const { status, uid, masterVersion, limit } = options
  const range: Range =
    uid !== undefined
      ? { orderBy: 'uid', from: uid, to: uid }
      : masterVersion !== undefined
        ? { orderBy: 'masterVersion', from: masterVersion, to: masterVersion }
        : {}
  let shown = 0
  if (!output.isJson) output.say(KEY_HEADINGS)
  for (const database of databases) {
    for await (const rows of pagesOf(database, 'installs', range)) {
      for (const [keyId, value] of rows) {
        const row = keyRow(keyId, value)
        if (status !== undefined && row.status !== status) continue
        if (masterVersion !== undefined && row.masterVersion !== masterVersion) continue
        if (shown === limit) {
          output.say(`There are more than ${limit}: see --limit.`)
          return EXIT.done
        }
        shown += 1
        await output.result(row, () => showKeyRow(row))
      }
    }
  }
  return EXIT.done
}

/** Everything about one key. */
export async function showKey(
  connection: Connection,
  keyId: string,
  output: Output,
): Promise<Exit> {
  if (!KEY_ID.test(keyId)) throw new OpsError('A key ID has 32 hex digits.', EXIT.usage)
  const value = (await databaseOf(connection, keyId)?.read(`installs/${keyId}`)) ?? null
  if (value === null) throw new OpsError('There is no such key.')
  const record = keyRecord(keyId, value)
  await output.result(record, () => showKeyRecord(record))
  return EXIT.done
}

/** What somebody may have at hand who looks for a key. */
export interface Clue {
  /** A key ID or its first 8 or more digits, an API key (its MAC is not looked at), or a UID. */
  readonly text: string
  readonly deviceId?: string
}

const PREFIX = /^(?:lk_v[0-9]+_)?([0-9a-f]{8,32})(?:_[0-9a-f]*)?$/
const UID = /^[A-Za-z0-9_-]{1,128}$/
const FOUND_MAX = 100

export async function findKeys(
  { databases }: Connection,
  { text, deviceId }: Clue,
  output: Output,
): Promise<Exit> {
  // Not quoted: it may be a whole API key.
  if (!UID.test(text)) throw new OpsError('That is no key ID, API key or UID.', EXIT.usage)
  const found = new Map<string, Row[1]>()
  for (const database of databases) {
    for (const range of rangesOf(text, deviceId)) {
      const rows = await database.select('installs', { ...range, limit: FOUND_MAX })
      for (const [keyId, value] of rows) found.set(keyId, value)
    }
  }
  if (found.size === 0) throw new OpsError('Nothing was found.')
  if (!output.isJson) output.say(KEY_HEADINGS)
  for (const [keyId, value] of found) {
    const row = keyRow(keyId, value)
    await output.result(row, () => showKeyRow(row))
  }
  if (found.size >= FOUND_MAX) output.say(`There may be more than these ${found.size}.`)
  return EXIT.done
}

function rangesOf(text: string, deviceId: string | undefined): readonly Range[] {
  if (deviceId !== undefined) {
    const place = `${text}/${slotOf(deviceId)}`
    return [{ orderBy: 'place', from: place, to: place }]
  }
  const prefix = PREFIX.exec(text)?.[1]
  const byUid: Range = { orderBy: 'uid', from: text, to: text }
  // A UID may be of hex digits as well.
  return prefix === undefined ? [byUid] : [{ from: prefix, to: `${prefix}g` }, byUid]
}
