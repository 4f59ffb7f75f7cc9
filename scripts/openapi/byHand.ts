import type { RouteConfig } from '@asteasolutions/zod-to-openapi'
import type { UpstreamMethod } from '../../functions/src/gateway/upstream.ts'
import { PROXY_PATH } from '../../functions/src/routes.ts'
import { codesOf } from './codesOf.ts'
import type { Components } from './components.ts'
import { SIGNED } from './headers.ts'
import { headersOf, problemResponse, problemsOf, type Problems } from './problems.ts'

/** All that an upstream may be declared with; which of them it is, only its declaration says. */
export const UPSTREAM_METHODS: readonly UpstreamMethod[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
]

/**
 * The gateway, whose routes a deployment declares: what is behind it is another API, so these entries are
 * written by hand, and an answer may be anything.
 */
export const gatewayEntries = (components: Components): readonly RouteConfig[] =>
  UPSTREAM_METHODS.map((method) => entryOf(method, components))

function entryOf(method: UpstreamMethod, components: Components): RouteConfig {
  const isSafe = method === 'GET' || method === 'HEAD'
  const nonce = isSafe ? 'memory' : 'durable'
  const scope = 'proxy:{upstream}'
  const codes = codesOf({ guard: { nonce, scope }, attest: 'proxy' })
  const problems = problemsOf([
    ...codes,
    'not_found',
    'method_not_allowed',
    'upstream_failed',
    'upstream_timeout',
  ])
  const name = method[0]! + method.slice(1).toLowerCase()
  const takesBody = !isSafe && method !== 'DELETE'
  return {
    method: method.toLowerCase() as Lowercase<UpstreamMethod>,
    path: `${PROXY_PATH}{upstream}/{path}`,
    operationId: `callUpstream${name}`,
    tags: ['Gateway'],
    summary: `Call a third-party API with ${method}`,
    description:
      'The upstream is called with its secret added on the server. What of it may be asked is declared ' +
      'in the deployment: path, method and query parameters; all else is refused without a call.',
    security: SIGNED,
    'x-latchkey-guard': { kind: 'signed', nonce, scope },
    parameters: PATH,
    ...(takesBody && {
      requestBody: {
        description: 'What the upstream takes. The signature covers its digest (`Content-Digest`).',
        content: { '*/*': {} },
      },
    }),
    responses: {
      '2XX': passed("The upstream's answer.", components),
      ...Object.fromEntries(problems.map((each) => [each.status, either(each, components)])),
      default: passed("The upstream's answer, whatever its status.", components),
    },
  }
}

const PATH = [
  {
    name: 'upstream',
    in: 'path' as const,
    required: true,
    description: 'The name of the upstream, which is also that of the scope.',
    schema: { type: 'string' as const, pattern: '^[a-z][a-z0-9-]*$' },
    example: 'weather',
  },
  {
    name: 'path',
    in: 'path' as const,
    required: true,
    description: 'The path at the upstream: one or more segments, with the slashes between them.',
    schema: { type: 'string' as const },
    example: 'v1/forecast',
  },
]

const passed = (description: string, components: Components) => ({
  description,
  headers: components.headers([['X-Request-Id', true]]),
  content: { '*/*': {} },
})

/** A problem of ours, or what the upstream has answered with the same status. */
function either(problems: Problems, components: Components) {
  components.problemExamples(problems.codes)
  const sometimes = [...headersOf(problems).keys()].map(
    (name) => [name, name === 'X-Request-Id'] as const,
  )
  const {
    description = '',
    content,
    headers,
  } = problemResponse(problems, components.headers(sometimes))
  return {
    description: `${description}\n\nOr the upstream's answer.`,
    headers: headers!,
    content: { ...content, '*/*': {} },
  }
}
