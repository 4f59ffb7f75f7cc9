import { Refusal } from '../refusal.ts'

/** A function that runs when data changes, as the Functions emulator registers it. */
export interface Trigger {
  readonly project: string
  readonly location: string
  /** Names the function within its project and location. */
  readonly key: string
  readonly generation: 1 | 2
  /** The event's full name, as the function will see it. */
  readonly event: string
  readonly kind: ChangeKind | 'written'
  /** One test a segment of the watched path: a literal or a wildcard. */
  readonly segments: readonly RegExp[]
  /** Tests the namespace. */
  readonly namespace: RegExp
}

export type ChangeKind = 'created' | 'updated' | 'deleted'

/**
 * Reads the body of a registration. First-generation functions name no namespace: theirs is the one
 * that the registration was sent to.
 */
export function parseTrigger(body: unknown, namespace: string): Trigger {
  const { name, path, event, namespacePattern = namespace } = stringsOf(body)
  const named = NAME.exec(name ?? '')
  const kind = KINDS.get(event ?? '')
  if (!named || !kind || path === undefined || event === undefined) {
    throw new Refusal('invalid_data', 'A trigger needs a name, a path and a known event.')
  }
  const [, project = '', location = '', key = ''] = named
  const generation = event.startsWith(SECOND) ? 2 : 1
  const segments = path.split('/').filter(Boolean).map(parseSegment)
  const instances = generation === 2 ? namespacePattern : namespace
  return { project, location, key, generation, event, kind, segments, namespace: glob(instances) }
}

const NAME = /^projects\/([^/]+)\/locations\/([^/]+)\/(?:functions|triggers)\/(.+)$/
const SECOND = 'google.firebase.database.ref.v1.'
const FIRST = 'providers/google.firebase.database/eventTypes/ref.'

const KINDS = new Map<string, Trigger['kind']>([
  [`${SECOND}written`, 'written'],
  [`${SECOND}created`, 'created'],
  [`${SECOND}updated`, 'updated'],
  [`${SECOND}deleted`, 'deleted'],
  [`${FIRST}write`, 'written'],
  [`${FIRST}create`, 'created'],
  [`${FIRST}update`, 'updated'],
  [`${FIRST}delete`, 'deleted'],
])

/** `orders`, `*`, `{id}` or `{id=prefix-*}`. */
function parseSegment(segment: string): RegExp {
  const captured = /^\{[^=}]+(?:=(.+))?\}$/.exec(segment)
  const pattern = captured ? (captured[1] ?? '*') : segment
  if (pattern.includes('**')) {
    throw new Refusal('invalid_data', 'A trigger path with ** is not supported.')
  }
  return glob(pattern)
}

function glob(pattern: string): RegExp {
  const literals = pattern.split('*').map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${literals.join('.*')}$`, 'su')
}

function stringsOf(body: unknown): Partial<Record<string, string>> {
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
