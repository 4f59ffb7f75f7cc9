import { extendZodWithOpenApi, OpenAPIRegistry } from '@asteasolutions/zod-to-openapi'
import type { ErrorCode } from '@latchkey/protocol'
import { z } from 'zod'
import { PROBLEM } from '../../functions/src/http/answers.ts'
import { ANSWER_HEADERS, PARAMETERS, SECURITY_SCHEMES, type AnswerHeader } from './headers.ts'
import { headersOf, problemExample, problemResponse, type Problems } from './problems.ts'

/** A reference into `components`. */
export interface Ref {
  readonly $ref: string
}

/** What operations share. A part is in the document once an operation has referred to it. */
export interface Components {
  readonly registry: OpenAPIRegistry
  /** Each by its name, and whether it is always there. */
  headers(some: Iterable<readonly [AnswerHeader, boolean]>): Record<string, Ref>
  parameter(name: keyof typeof PARAMETERS): Ref
  /** A schema that is referred to by the `id` in its metadata. */
  schema(schema: z.ZodType): z.ZodType
  problem(problems: Problems): Ref
  /** For a response that is written out where it stands. */
  problemExamples(codes: readonly ErrorCode[]): void
}

type Kind = 'headers' | 'parameters' | 'responses' | 'examples'

export function makeComponents(): Components {
  extendZodWithOpenApi(z)
  const registry = new OpenAPIRegistry()
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    registry.registerComponent('securitySchemes', name, scheme)
  }
  const known = new Set<string>()
  const schemas = new Map<string, z.ZodType>()

  const refer = (kind: Kind, name: string, make: () => object): Ref => {
    const $ref = `#/components/${kind}/${name}`
    if (!known.has($ref)) registry.registerComponent(kind, name, make())
    known.add($ref)
    return { $ref }
  }

  const header = ([name, isAlwaysThere]: readonly [AnswerHeader, boolean]) => {
    const component = isAlwaysThere ? name : `${name}-sometimes`
    const make = () => ({ ...ANSWER_HEADERS[name], required: isAlwaysThere })
    return [name, refer('headers', component, make)]
  }

  const example = (code: ErrorCode): Ref => refer('examples', code, () => problemExample(code))

  const headers: Components['headers'] = (some) =>
    Object.fromEntries([...some].map(header)) as Record<string, Ref>

  const schema: Components['schema'] = (one) => {
    const id = one.meta()?.id
    if (id === undefined) throw new TypeError('a schema without an id')
    // A copy has the methods that zod has been extended with; one that was made before has not.
    const registered = schemas.get(id) ?? registry.register(id, one.clone())
    schemas.set(id, registered)
    return registered
  }

  const problemExamples: Components['problemExamples'] = (codes) => {
    schema(PROBLEM)
    codes.forEach(example)
  }

  return {
    registry,
    headers,
    problemExamples,
    schema,
    parameter: (name) => refer('parameters', name, () => PARAMETERS[name]),
    problem: (problems) =>
      refer('responses', problems.name, () => {
        problemExamples(problems.codes)
        return problemResponse(problems, headers(headersOf(problems)))
      }),
  }
}
