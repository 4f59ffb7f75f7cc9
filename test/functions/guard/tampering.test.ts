import { createHash } from 'node:crypto'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance, type Instance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { ONCE, TEST_ROUTES } from '../harness/routes.ts'
import { signed, type Outgoing } from '../harness/signed.ts'

// Threat T7, through the whole service: a sample of what the protocol's tests try 100,000 times.

// Thousands of requests over real sockets.
jest.setTimeout(60_000)

let database: TestDatabase
let instance: Instance
let get: Outgoing
let post: Outgoing

beforeAll(async () => {
  database = await startDatabase()
  instance = await startInstance(database, {}, TEST_ROUTES)
  const created = seconds(database.clock)
  get = await signed(keyOf(0), { created, target: '/api/installs/current?a=b' })
  const body = '{"phone":"+15550100","amount":10}'
  post = await signed(keyOf(0), { created, method: 'POST', target: ONCE, body })
})
afterAll(async () => {
  await instance.close()
  await database.close()
})

/** Every header with each of its characters changed, removed and doubled, and without its value. */
function* changedHeaders(request: Outgoing): Generator<Outgoing> {
  for (const [name, value] of Object.entries(request.headers)) {
    const sent = (text: string) => ({ ...request, headers: { ...request.headers, [name]: text } })
    for (let at = 0; at < value.length; at += 1) {
      const [before, it, after] = [value.slice(0, at), value[at]!, value.slice(at + 1)]
      yield sent(before + (it === 'a' ? 'b' : 'a') + after)
      if (it.toUpperCase() !== it) yield sent(before + it.toUpperCase() + after)
      // At an end, white space around a value is not a part of it.
      if (at > 0 && after !== '') yield sent(`${before}${it}${it}${after}`)
      if (it !== ' ') yield sent(before + after)
    }
    const others = Object.entries(request.headers).filter(([other]) => other !== name)
    yield { ...request, headers: Object.fromEntries(others) }
  }
}

/** The body with each byte changed, with and without a digest to match. */
function* changedBodies(request: Outgoing): Generator<Outgoing> {
  const body = String(request.body)
  const sent = (text: string): Outgoing[] => {
    const digest = `sha-256=:${createHash('sha256').update(text).digest('base64')}:`
    const matching = { ...request.headers, 'Content-Digest': digest }
    return [
      { ...request, body: text },
      { ...request, body: text, headers: matching },
    ]
  }
  for (let at = 0; at < body.length; at += 1) {
    yield* sent(body.slice(0, at) + (body[at] === '9' ? '8' : '9') + body.slice(at + 1))
  }
  yield* sent(`${body} `)
  yield* sent(body.slice(1))
  yield* sent('')
}

function* changedTargets(request: Outgoing): Generator<Outgoing> {
  const { target } = request
  const TARGETS = [
    `${target}&c=d`,
    target.split('?')[0]!,
    `${target.split('?')[0]}?`,
    `${target.split('?')[0]}?a=c`,
    `${target.split('?')[0]}?b=a`,
    target.toUpperCase(),
    target.replace('a', '%61'),
    `${target}/`,
    '/api/installs/current',
    '/api/installs/current/rotate',
    ONCE,
  ]
  for (const other of TARGETS) if (other !== target) yield { ...request, target: other }
  for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS']) {
    if (method !== request.method) yield { ...request, method }
  }
}

test('no changed request is accepted, and none is asked about in the database', async () => {
  const mutants = [
    ...changedHeaders(get),
    ...changedHeaders(post),
    ...changedBodies(post),
    ...changedTargets(get),
    ...changedTargets(post),
  ]
  expect(mutants.length).toBeGreaterThan(2000)
  const accepted: Outgoing[] = []
  const spent = await database.count(async () => {
    for (let at = 0; at < mutants.length; at += 50) {
      const some = mutants.slice(at, at + 50)
      const answers = await Promise.all(some.map((mutant) => instance.send(mutant)))
      answers.forEach(({ status }, n) => {
        if (status < 400 || status >= 500) accepted.push(some[n]!)
      })
    }
  })
  expect(accepted).toEqual([])
  expect(spent).toEqual({ reads: 0, writes: 0, denied: 0 })
})

test('the requests they were made from are still good', async () => {
  expect((await instance.send(get)).status).toBe(200)
  expect((await instance.send(post)).status).toBe(200)
})
