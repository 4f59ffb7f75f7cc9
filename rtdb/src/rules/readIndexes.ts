import { keyFault } from '../tree/index.ts'
import type { JsonNode } from './rulesJson.ts'
import { forbidden } from './sourceError.ts'

/** `.value`, or child paths such as `a/b`. `.key` and `.priority` are always indexed; naming them does no harm. */
export function readIndexes(json: JsonNode): ReadonlySet<string> {
  const items = json.kind === 'array' ? json.items : [json]
  return new Set(
    items.map((item) => {
      if (item.kind !== 'string') {
        throw forbidden(item.at, '.indexOn must be a string or a list of strings.')
      }
      return indexName(item.value, item.at)
    }),
  )
}

function indexName(text: string, at: number): string {
  if (['.value', '.key', '.priority'].includes(text)) return text
  const keys = text.split('/').filter((key) => key !== '')
  const fault = keys.length === 0 ? 'is empty' : keys.map(keyFault).find((each) => each !== null)
  if (fault !== undefined && fault !== null) throw forbidden(at, `The index '${text}' ${fault}.`)
  return keys.join('/')
}
