import { ApiError } from '../http/apiError.ts'

/**
 * The query as it goes upstream, without its `?`: every name is one that the path allows, and everything
 * is encoded anew, so that no server reads another list of parameters from it.
 * @param query as it was signed: with its `?`, and `?` when there is none
 * @throws ApiError `invalid_request`
 */
export function allowedQuery(query: string, names: ReadonlySet<string>): string {
  if (query === '?') return ''
  return query
    .slice(1)
    .split('&')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=')
      if (!names.has(decode(name))) throw malformed('query parameter')
      // Further equals signs belong to the value.
      return rest.length === 0 ? encode(name) : `${encode(name)}=${encode(rest.join('='))}`
    })
    .join('&')
}

/** As forms write it: a plus is a space. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('query encoding')
  }
}

/** A plus stays one: whether it is a space is the upstream's to say. */
const encode = (text: string): string =>
  text
    .split('+')
    .map((part) => encodeURIComponent(decode(part)))
    .join('+')

const malformed = (detail: string): ApiError => new ApiError('invalid_request', { detail })
