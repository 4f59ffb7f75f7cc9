import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** An answer as it came back. */
export interface Seen {
  readonly method: string
  /** With `/api`, without a query. */
  readonly path: string
  readonly status: number
  readonly header: (name: string) => string | null
  readonly text: string
}

interface Ref {
  readonly $ref?: string
}

interface Header extends Ref {
  readonly required?: boolean
  readonly schema?: object
}

interface Response extends Ref {
  readonly headers?: Readonly<Record<string, Header>>
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}

export interface DocumentedOperation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, Response>>
}

type PathItem = Readonly<Record<string, DocumentedOperation>>

interface Document {
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly 'x-latchkey-outside': Readonly<Record<string, Response>>
}

/** The document that the service answers with. */
export const DOCUMENT = JSON.parse(
  readFileSync(join(__dirname, '../../functions/src/openapi.json'), 'utf8'),
) as Document

const BASE = 'https://latchkey.invalid/openapi.json'
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats(ajv)
ajv.addSchema(DOCUMENT, BASE)

const compiled = new Map<string, ValidateFunction>()

/** What of a value is not as the schema at this place of the document says. */
function faultsAt(pointer: string, value: unknown): string[] {
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `${BASE}#${pointer}` })
  compiled.set(pointer, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const escape = (part: string): string =>
  encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))

/** Follows a reference: the object, and where in the document it is. */
function resolve<T extends Ref>(object: T, pointer: string): readonly [T, string] {
  if (object.$ref === undefined) return [object, pointer]
  const target = object.$ref.slice(1)
  const found = target
    .split('/')
    .slice(1)
    .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], DOCUMENT)
  return [found as T, target]
}

/** `{name}` is one segment; at the end of a path it is all that is left. */
const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replace(/\{[^}]+\}$/, '.*')
      .replace(/\{[^}]+\}/g, '[^/]+')}$`,
  )
const TEMPLATES = Object.keys(DOCUMENT.paths).map((path) => [path, patternOf(path)] as const)

/** The path of the document that a request was for. */
export const pathOf = (path: string): string | undefined =>
  path in DOCUMENT.paths ? path : TEMPLATES.find(([, pattern]) => pattern.test(path))?.[0]

/**
 * How an answer differs from what the document says: its status for this method and path, the headers,
 * the content type and the body. None when it is as documented.
 */
export function faultsOf(seen: Seen): string[] {
  const [response, pointer] = documentedFor(seen)
  if (response === undefined) return [`status ${seen.status} is not documented`]
  return [...headerFaults(seen, response), ...bodyFaults(seen, response, pointer)]
}

function documentedFor({ method, path, status }: Seen): readonly [Response | undefined, string] {
  const template = pathOf(path)
  const verb = method.toLowerCase()
  const operation = template === undefined ? undefined : DOCUMENT.paths[template]?.[verb]
  const [responses, at] =
    operation === undefined
      ? [DOCUMENT['x-latchkey-outside'], '/x-latchkey-outside']
      : [operation.responses, `/paths/${escape(template!)}/${verb}/responses`]
  const key = [String(status), `${String(status)[0]}XX`, 'default'].find(
    (each) => each in responses,
  )
  return key === undefined ? [undefined, at] : resolve(responses[key]!, `${at}/${key}`)
}

function headerFaults(seen: Seen, { headers = {} }: Response): string[] {
  return Object.entries(headers).flatMap(([name, header]) => {
    const [{ required }, pointer] = resolve(header, '')
    const value = seen.header(name)
    if (value === null) return required ? [`header ${name} is missing`] : []
    return faultsAt(`${pointer}/schema`, value).map((fault) => `header ${name}${fault}`)
  })
}

function bodyFaults(seen: Seen, { content = {} }: Response, pointer: string): string[] {
  if (seen.method === 'HEAD' || seen.status === 204) return seen.text === '' ? [] : ['has a body']
  const type = seen.header('content-type') ?? ''
  const key = [type, '*/*'].find((name) => name in content)
  if (key === undefined) return [`content type "${type}" is not documented`]
  if (content[key]?.schema === undefined) return []
  let body: unknown
  try {
    body = key === 'application/jose' ? seen.text : JSON.parse(seen.text)
  } catch {
    return ['the body is not JSON']
  }
  return faultsAt(`${pointer}/content/${escape(key)}/schema`, body)
}

/** The codes that an operation can answer with, by status. */
export function codesAt({ responses }: DocumentedOperation): Map<string, readonly string[]> {
  return new Map(
    Object.entries(responses).map(([status, response]) => {
      const [{ content = {} }] = resolve(response, '')
      const { schema } = content['application/problem+json'] ?? {}
      const { allOf = [] } = (schema ?? {}) as { allOf?: { properties?: ProblemPart }[] }
      return [status, allOf.flatMap(({ properties }) => properties?.code.enum ?? [])]
    }),
  )
}

interface ProblemPart {
  readonly code: { readonly enum: readonly string[] }
}
