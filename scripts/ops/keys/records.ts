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

/** What a record holds of other shapes, member by member; the keys of its encrypted bodies are left out. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, 'text' | 'time'>>>> = {
  attestation: { outcome: 'text', provider: 'text', appId: 'text', at: 'time' },
  risk: { level: 'text', until: 'time' },
  encryption: { kind: 'text' },
}

/** The whole record, as JSON has it. */
export function keyRecord(keyId: string, value: unknown): Record<string, unknown> {
  const record = value as Record<string, unknown>
  return {
    keyId,
    ...pick(record, FIELDS),
    scopes: Object.keys((record['scopes'] as object | undefined) ?? {}),
    ...Object.fromEntries(
      Object.entries(MEMBERS)
        .filter(([name]) => record[name] !== undefined)
        .map(([name, members]) => [name, pick(record[name] as Record<string, unknown>, members)]),
    ),
  }
}

const pick = (value: Readonly<Record<string, unknown>>, names: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.keys(names)
      .filter((name) => value[name] !== undefined)
      .map((name) => [name, value[name]]),
  )

export const showKeyRecord = (record: Readonly<Record<string, unknown>>): string =>
  Object.entries(record)
    .map(([name, value]) =>
      columns([
        [name, 14],
        [name in MEMBERS ? showMembers(value, MEMBERS[name]!) : show(value, FIELDS[name]), 20],
      ]),
    )
    .join('\n')

const show = (value: unknown, kind: 'text' | 'time' | undefined): string =>
  kind === 'time' ? showTime(value) : String(value)

/** As `step_up, until 2026-12-01T00:00:00Z`. */
const showMembers = (value: unknown, members: Readonly<Record<string, 'text' | 'time'>>): string =>
  Object.entries(value as object)
    .map(([name, member]) =>
      members[name] === 'time' ? `${name} ${showTime(member)}` : String(member),
    )
    .join(', ')
