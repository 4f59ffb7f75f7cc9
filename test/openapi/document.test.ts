import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { ERRORS } from '@latchkey/protocol'
import { PROXY_PATH } from '../../functions/src/routes.ts'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { UPSTREAM_METHODS } from '../../scripts/openapi/byHand.ts'
import { lift } from '../../scripts/openapi/lift.ts'
import { makeDocument } from '../../scripts/openapi/makeDocument.ts'
import { OPERATIONS } from '../../scripts/openapi/operations.ts'
import { ROUTE_MAP } from '../../scripts/openapi/routeMap.ts'
import { codesAt, DOCUMENT, faultsOf, type Seen } from './conformance.ts'

const made = JSON.parse(JSON.stringify(makeDocument())) as typeof DOCUMENT

test('the document that is answered with is the one made from the code (npm run openapi)', () => {
  expect(DOCUMENT).toEqual(made)
})

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace']

test('its methods and paths are those of the route map, each once', () => {
  const documented = Object.entries(DOCUMENT.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => METHODS.includes(key))
      .map((method) => `${method.toUpperCase()} ${path}`),
  )
  const routes = ROUTE_MAP.map(({ method, path }) => `${method} ${path}`)
  // The map has a row for each upstream that a deployment declares.
  const proxies = UPSTREAM_METHODS.map((method) => `${method} ${PROXY_PATH}{upstream}/{path}`)
  expect(documented.sort()).toEqual([...routes, ...proxies].sort())
})

/** Every object in the document with the way to it. */
function walk(value: unknown, at = '#'): [string, Record<string, unknown>][] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.entries(value).flatMap(([key, child]) => walk(child, `${at}/${key}`))
  return Array.isArray(value) ? below : [[at, value as Record<string, unknown>], ...below]
}
const objects = walk(DOCUMENT)

test('every field of every body has a description', () => {
  const fields = objects
    .filter(([at]) => at.startsWith('#/components/schemas/') && at.endsWith('/properties'))
    // The few words of a state say it themselves.
    .flatMap(([at, properties]) =>
      Object.entries(properties as Record<string, { description?: string; const?: unknown }>)
        .filter(([, field]) => field.description === undefined)
        .map(([name]) => `${at}/${name}`),
    )
  expect(fields.filter((field) => !UNDESCRIBED.includes(field))).toEqual([])
})

const UNDESCRIBED = [
  ...['Health', 'RevokedKey', 'Accepted', 'Changed'].map(
    (name) => `#/components/schemas/${name}/properties/status`,
  ),
  ...['openapi', 'info', 'paths'].map((name) => `#/components/schemas/Document/properties/${name}`),
  ...['title', 'version'].map(
    (name) => `#/components/schemas/Document/properties/info/properties/${name}`,
  ),
]

test('each code of an operation is in the table of errors, with the status it stands under', () => {
  for (const item of Object.values(DOCUMENT.paths)) {
    for (const operation of Object.values(item)) {
      for (const [status, codes] of codesAt(operation)) {
        for (const code of codes) {
          expect([code, ERRORS[code as keyof typeof ERRORS].status]).toEqual([code, Number(status)])
        }
      }
    }
  }
})

describe('examples', () => {
  const ajv = new Ajv2020({ strict: false })
  addFormats(ajv)
  ajv.addSchema(DOCUMENT, 'https://latchkey.invalid/')
  const resolve = (value: { $ref?: string; value?: unknown }): unknown =>
    value.$ref === undefined ? value.value : resolve(objects.find(([at]) => at === value.$ref)![1])

  const contents = objects.filter(
    ([, { schema, example, examples }]) => schema && (example ?? examples),
  )
  test.each(contents.map(([at, content]) => [at, content] as const))('at %s', (_at, content) => {
    const {
      schema,
      example,
      examples = {},
    } = content as {
      schema: object
      example?: unknown
      examples?: Record<string, { $ref?: string; value?: unknown }>
    }
    // References inside lead into the document.
    const validate = ajv.compile(
      JSON.parse(
        JSON.stringify(schema).replaceAll('"#/', '"https://latchkey.invalid/#/'),
      ) as object,
    )
    const values = example === undefined ? Object.values(examples).map(resolve) : [example]
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) {
      validate(value)
      expect(validate.errors).toBeNull()
    }
  })
})

describe('a body of zod/mini, lifted', () => {
  const bodies = Object.entries(OPERATIONS).flatMap(([name, { body }]) =>
    body === undefined ? [] : [[name, body] as const],
  )

  test.each(bodies)('of %s accepts and refuses the same', (_name, { schema, fields, examples }) => {
    const lifted = lift(schema, fields)
    for (const { value } of Object.values(examples)) {
      const field = Object.keys(value)[0]!
      const variants = [value, { ...value, more: 1 }, { ...value, [field]: 'a b' }, {}, null]
      for (const variant of variants) {
        expect(lifted.safeParse(variant).success).toBe(schema.safeParse(variant).success)
      }
      expect(lifted.safeParse(value).success).toBe(true)
    }
  })

  test('a field without words is a mistake', () => {
    const { schema } = bodies[0]![1]
    expect(() => lift(schema, {})).toThrow('no description of the field deviceId')
  })
})

describe('an answer that is not in the document is noticed', () => {
  const problem = {
    type: '/errors.html#clock_skew',
    title: 'Clock skew',
    status: 401,
    detail: 'late',
    code: 'clock_skew',
    requestId: 'b3f1c7de-7d10-4a1b-8c3d-4e5f60718293',
    serverTime: 1,
  }
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'x-request-id': problem.requestId,
    'www-authenticate': 'Signature realm="latchkey"',
  }
  const good = (changes: Partial<Seen> = {}, others: Record<string, string> = {}): Seen => ({
    method: 'GET',
    path: '/api/installs/current',
    status: 401,
    header: (name) => ({ ...headers, ...others })[name.toLowerCase()] ?? null,
    text: JSON.stringify(problem),
    ...changes,
  })
  const changed = (more: object) => ({ text: JSON.stringify({ ...problem, ...more }) })

  test('the good one is', () => {
    expect(faultsOf(good())).toEqual([])
  })

  test.each<[string, Seen]>([
    ['another status', good({ status: 418 })],
    ['a status of another operation', good({ status: 422 })],
    ['a code of another status', good(changed({ code: 'not_found' }))],
    ['a code of another operation', good(changed({ code: 'login_rejected' }))],
    ['a member that is new', good(changed({ stack: 'at …' }))],
    ['a member that is missing', good(changed({ requestId: undefined }))],
    ['another content type', good({}, { 'content-type': 'application/json' })],
    ['HTML', good({ text: '<pre>SyntaxError' }, {})],
    ['no request ID', good({}, { 'x-request-id': '' })],
    ['another challenge', good({}, { 'www-authenticate': 'Basic' })],
    ['a header of another form', good({}, { 'server-time': 'now' })],
    ['no Allow on an unknown method', good({ method: 'PUT', status: 405 })],
  ])('%s', (_what, seen) => {
    expect(faultsOf(seen)).not.toEqual([])
  })
})

test('it says nothing of who has made it: no address but of examples', () => {
  const text = readFileSync(inCheckout('functions/src/openapi.json'), 'utf8')
  const hosts = [...text.matchAll(/https?:\/\/([^/"\s`]+)/g)].map(([, host]) => host)
  expect([...new Set(hosts)].sort()).toEqual([
    'my-project-default-rtdb.firebaseio.com',
    'my-project.web.app',
    '{region}-{project}.cloudfunctions.net',
  ])
})
