import type { SignedHeaders } from './signedHeaders.ts'
import type { ComponentValue } from './signatureBase.ts'
import type { Target } from './target.ts'

/** What the values of covered components are taken from, by sender and receiver alike. */
export interface ComponentSource {
  /** Upper case. */
  readonly method: string
  readonly target: Target
  readonly headers: Pick<SignedHeaders, 'apiKey' | 'contentType' | 'contentDigest' | 'extra'>
}

/** Covered by every signature. */
export const COMPONENTS_ALWAYS: readonly string[] = ['@method', '@path', '@query', 'x-api-key']

/** Covered when there is a body: these and the former. */
export const COMPONENTS_WITH_BODY: readonly string[] = [
  ...COMPONENTS_ALWAYS,
  'content-type',
  'content-digest',
]

/** The components' values in the order of their names, or undefined when one of them is not there. */
export function componentValues(
  names: readonly string[],
  source: ComponentSource,
): ComponentValue[] | undefined {
  const values: ComponentValue[] = []
  for (const name of names) {
    const value = componentValue(name, source)
    if (value === undefined) return undefined
    values.push([name, value])
  }
  return values
}

function componentValue(
  name: string,
  { method, target, headers }: ComponentSource,
): string | undefined {
  switch (name) {
    case '@method':
      return method
    case '@path':
      return target.path
    case '@query':
      return target.query
    case 'x-api-key':
      return headers.apiKey
    case 'content-type':
      return headers.contentType
    case 'content-digest':
      return headers.contentDigest
    default:
      return headers.extra.get(name)
  }
}
