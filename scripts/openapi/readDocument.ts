import { html, type Html } from './html.ts'
import type { OpenApiDocument } from './makeDocument.ts'

/** One field of a body, or one header. */
export interface Field {
  readonly name: string
  readonly isRequired: boolean
  readonly form: Html
  readonly description: string
}

export interface ReadResponse {
  readonly status: string
  readonly description: string
  /** Empty when it is a success. */
  readonly codes: readonly { readonly code: string; readonly meaning: string }[]
  /** All but that of every answer. */
  readonly headers: readonly string[]
  readonly fields: readonly Field[]
  readonly example: unknown
}

export interface ReadOperation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly guard: { readonly kind: string; readonly nonce?: string; readonly scope?: string }
  readonly headers: readonly Field[]
  readonly body?: {
    readonly fields: readonly Field[]
    readonly examples: readonly { readonly title: string; readonly value: unknown }[]
  }
  readonly responses: readonly ReadResponse[]
}

interface Schema {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly const?: unknown
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly allOf?: readonly Schema[]
}

interface Content {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<
    Record<string, { readonly summary: string; readonly value: unknown }>
  >
}

interface Response {
  readonly description: string
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, Content>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description: string
  readonly schema: Schema
}

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly 'x-latchkey-guard': ReadOperation['guard']
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, Response>>
}

interface SecurityScheme {
  readonly name?: string
  readonly description: string
  readonly 'x-example'?: string
}

/** The document in the order and the words of its page. */
export function makeReader(document: OpenApiDocument) {
  /** With every reference to a component replaced by that component. */
  const resolve = <T>(value: unknown): T => {
    const ref = (value as { $ref?: string } | undefined)?.$ref
    if (ref === undefined) return value as T
    const found = ref
      .split('/')
      .slice(1)
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], document)
    return resolve(found)
  }

  const fieldsIn = (schema: Schema | undefined): Field[] => {
    const { properties = {}, required = [] } = resolve<Schema>(schema ?? {})
    return Object.entries(properties).map(([name, property]) => {
      const field = resolve<Schema>(property)
      return {
        name,
        isRequired: required.includes(name),
        form: formOf(field),
        description: field.description ?? '',
      }
    })
  }

  const readResponse = ([status, value]: [string, unknown]): ReadResponse => {
    const { description, headers = {}, content = {} } = resolve<Response>(value)
    const { schema, example, examples } =
      content['application/json'] ?? content['application/problem+json'] ?? {}
    const codes = Object.keys('application/problem+json' in content ? (examples ?? {}) : {})
    const meanings = new Map(
      [...description.matchAll(/^`([a-z_]+)`: (.*)$/gm)].map(([, code, text]) => [code, text]),
    )
    return {
      status,
      description,
      codes: codes.map((code) => ({ code, meaning: meanings.get(code) ?? '' })),
      headers: Object.keys(headers).filter((name) => name !== 'X-Request-Id'),
      fields: codes.length === 0 ? fieldsIn(schema) : [],
      example,
    }
  }

  const readOperation = (method: string, path: string, operation: Operation): ReadOperation => {
    const body = operation.requestBody?.content['application/json']
    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      summary: operation.summary,
      description: operation.description,
      guard: operation['x-latchkey-guard'],
      headers: (operation.parameters ?? []).map((parameter) => {
        const { name, required = false, schema, description } = resolve<Parameter>(parameter)
        return { name, isRequired: required, form: formOf(schema), description }
      }),
      ...(body && {
        body: {
          fields: fieldsIn(body.schema),
          examples: Object.values(body.examples ?? {}).map(({ summary, value }) => ({
            title: summary,
            value,
          })),
        },
      }),
      responses: Object.entries(operation.responses).map(readResponse),
    }
  }

  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      tags: operation.tags,
      operation: readOperation(method, path, operation),
    })),
  )
  const schemes = document.components?.securitySchemes as unknown as Record<string, SecurityScheme>

  return {
    info: document.info,
    tags: document.tags ?? [],
    operationsOf: (tag: string) =>
      operations.filter(({ tags }) => tags.includes(tag)).map(({ operation }) => operation),
    securitySchemes: Object.values(schemes).map(({ name, description, ...scheme }) => ({
      header: name ?? 'Authorization: Bearer',
      description,
      example: scheme['x-example'],
    })),
    fieldsOf: (name: string) => fieldsIn({ $ref: `#/components/schemas/${name}` } as Schema),
  }
}

/** What a value looks like, in a few words. */
function formOf({ type, format, pattern, const: only, enum: some, items }: Schema): Html {
  if (only !== undefined) return html`<code>${JSON.stringify(only)}</code>`
  if (some !== undefined && some.length <= 4) {
    return html`${some.map((value, at) => [at > 0 && ' or ', html`<code>${value}</code>`])}`
  }
  if (some !== undefined) return html`one of ${some.length} texts`
  if (pattern !== undefined) return html`<code class="pattern">${pattern}</code>`
  if (type === 'array') return html`list of ${items?.type === 'object' ? 'objects' : 'texts'}`
  const name = type === 'string' ? 'text' : type === 'integer' ? 'whole number' : type
  return html`${format === undefined ? name : format}`
}
