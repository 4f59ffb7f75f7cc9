import { columns, showTime } from '../output.ts'

/** A record of `installs` as a list shows it. */
export interface KeyRow {
  readonly keyId: string
  readonly status: string
  readonly uid: string
  readonly masterVersion: number
  /** Unix milliseconds. */
  readonly createdAt: number
  readonly lastUsedAt: number
}

/** Field by field, so that nothing gets out that is not named here. */
export function keyRow(keyId: string, value: unknown): KeyRow {
  const { status, uid, masterVersion, createdAt, lastUsedAt } = value as KeyRow
  return { keyId, status, uid, masterVersion, createdAt, lastUsedAt }
}

export const showKeyRow = (row: KeyRow): string =>
  columns([
    [row.keyId, 32],
    [row.status, 10],
    [`v${row.masterVersion}`, 4],
    [showTime(row.createdAt), 20],
    [showTime(row.lastUsedAt), 20],
    [row.uid, 28],
  ])

export const KEY_HEADINGS = columns([
  ['KEY ID', 32],
  ['STATUS', 10],
  ['', 4],
  ['CREATED', 20],
  ['LAST USED', 20],
  ['UID', 28],
])

/** Everything that a record may hold; none of it is secret. */
const FIELDS: Readonly<Record<string, 'text' | 'time'>> = {
  uid: 'text',
  slot: 'text',
  status: 'text',
  reason: 'text',
  masterVersion: 'text',
  createdAt: 'time',
  firstUsedAt: 'time',
  lastUsedAt: 'time',
  unusedSince: 'time',
  dormantFrom: 'time',
  graceUntil: 'time',
  pickupBy: 'time',
  removeAfter: 'time',
  previousKeyId: 'text',
}

/** The whole record, as JSON has it. */
export function keyRecord(keyId: string, value: unknown): Record<string, unknown> {
  const record = value as Record<string, unknown>
  const present = Object.keys(FIELDS).filter((field) => record[field] !== undefined)
  return {
    keyId,
    ...Object.fromEntries(present.map((field) => [field, record[field]])),
    scopes: Object.keys((record['scopes'] as object | undefined) ?? {}),
  }
}

export const showKeyRecord = (record: Readonly<Record<string, unknown>>): string =>
  Object.entries(record)
    .map(([name, value]) =>
      columns([
        [name, 14],
        [FIELDS[name] === 'time' ? showTime(value) : String(value as string), 20],
      ]),
    )
    .join('\n')
