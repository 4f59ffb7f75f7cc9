import { readFileSync } from 'node:fs'
import { OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi'
import type { Route } from '../../functions/src/routes.ts'
import { inCheckout } from '../local/checkout.ts'
import { gatewayEntries } from './byHand.ts'
import { codesOf } from './codesOf.ts'
import { makeComponents, type Components } from './components.ts'
import { PERHAPS_ID_TOKEN, SIGNED } from './headers.ts'
import { ENCRYPTED } from './encrypted.ts'
import { INFO, OUTSIDE, PREFLIGHT, tagsOf } from './info.ts'
import { lift } from './lift.ts'
import type { Body, Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { problemsOf } from './problems.ts'
import { ROUTE_MAP } from './routeMap.ts'

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>

/**
 * The OpenAPI 3.1 document of the service: paths, methods and guards from the route map, bodies and answers
 * from the zod schemas, errors from the protocol's table, the words from `operations.ts`.
 * @throws TypeError for a route without words, and for words without a route
 */
export function makeDocument(): OpenApiDocument {
  const components = makeComponents()
  const entries = [
    ...ROUTE_MAP.map((route) => entryOf(route, components)),
    ...gatewayEntries(components),
  ]
  const nameless = Object.keys(OPERATIONS).filter((name) => !ROUTE_MAP.some(isNamed(name)))
  if (nameless.length > 0) throw new TypeError(`there is no route for ${nameless.join(', ')}`)
  for (const entry of entries) components.registry.registerPath(entry)
  const outside = OUTSIDE.map((problems) => [problems.status, components.problem(problems)])
  const { definitions } = components.registry
  return new OpenApiGeneratorV31(definitions).generateDocument({
    openapi: '3.1.0',
    info: { ...INFO.info, version: versionHere() },
    servers: INFO.servers.map((server) => ({ ...server })),
    tags: tagsOf(new Set(entries.flatMap(({ tags }) => tags ?? []))),
    'x-latchkey-outside': {
      204: { ...PREFLIGHT, headers: components.headers(UNRATED) },
      ...(Object.fromEntries(outside) as object),
    },
  })
}

const nameOf = ({ method, path }: Route): string => `${method} ${path}`
const isNamed = (name: string) => (route: Route) => nameOf(route) === name

function entryOf(route: Route, components: Components): RouteConfig {
  const operation = OPERATIONS[nameOf(route)]
  if (operation === undefined)
    throw new TypeError(`operations.ts has no entry for ${nameOf(route)}`)
  return describe(route, operation, components)
}

function describe(
  { method, path, guard, attest, encryption }: Route,
  operation: Operation,
  components: Components,
): RouteConfig {
  const { id, tag, summary, description, body, answer, codes = [] } = operation
  const isSigned = typeof guard !== 'string'
  const problems = problemsOf(
    [...codesOf({ guard, ...(attest && { attest }), ...(encryption && { encryption }) }), ...codes],
    encryption !== undefined,
  )
  return {
    method: method.toLowerCase() as Lowercase<typeof method>,
    path,
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: isSigned ? SIGNED : operation.takesIdToken ? PERHAPS_ID_TOKEN : [],
    'x-latchkey-guard': isSigned
      ? { kind: 'signed', nonce: guard.nonce, ...(guard.scope && { scope: guard.scope }) }
      : { kind: guard },
    parameters: [
      ...(isSigned && body ? [components.parameter('ContentDigest')] : []),
      ...(operation.isIdempotent ? [components.parameter('IdempotencyKey')] : []),
    ],
    ...(body && { request: { body: bodyOf(body, components, encryption !== undefined) } }),
    responses: {
      [answer.status]: {
        description: answer.description,
        headers: components.headers(isSigned ? RATED : UNRATED),
        content: {
          'application/json': {
            schema: components.schema(answer.schema),
            example: answer.example,
          },
          ...(encryption && ENCRYPTED),
        },
      },
      ...Object.fromEntries(problems.map((each) => [each.status, components.problem(each)])),
    },
  }
}

const UNRATED = [['X-Request-Id', true]] as const
const RATED = [...UNRATED, ['RateLimit-Policy', true], ['RateLimit', true]] as const

function bodyOf(
  { name, description, isOptional = false, schema, fields, examples }: Body,
  components: Components,
  takesJwe: boolean,
) {
  const lifted = lift(schema, fields).meta({ id: name, description })
  return {
    required: !isOptional,
    description,
    content: {
      'application/json': { schema: components.schema(lifted), examples },
      ...(takesJwe && ENCRYPTED),
    },
  }
}

const versionHere = (): string =>
  (JSON.parse(readFileSync(inCheckout('package.json'), 'utf8')) as { version: string }).version
