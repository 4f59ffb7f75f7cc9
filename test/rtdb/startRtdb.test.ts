import { RulesError, startRtdb, type Rtdb, type RtdbOptions } from '../../rtdb/src/index.ts'

const servers: Rtdb[] = []

async function start(options: RtdbOptions): Promise<Rtdb> {
  const rtdb = await startRtdb(options)
  servers.push(rtdb)
  return rtdb
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((rtdb) => rtdb.close()))
})

const CLOSED = '{"rules": {}}'

const statusOf = async (rtdb: Rtdb, namespace: string): Promise<number> =>
  (await fetch(`${rtdb.url}/x.json?ns=${namespace}`)).status

test('without rules a namespace is open, and the operator is told', async () => {
  const lines: string[] = []
  expect(await statusOf(await start({ log: (line) => lines.push(line) }), 'a')).toBe(200)
  expect(lines).toEqual(['a has no rules: anyone may read and write everything.'])
})

test('one text of rules is for every namespace', async () => {
  const rtdb = await start({ rules: CLOSED })
  expect([await statusOf(rtdb, 'a'), await statusOf(rtdb, 'b')]).toEqual([401, 401])
})

test('one text of rules is for the namespaces given only, if any is', async () => {
  const rtdb = await start({ rules: CLOSED, namespace: ['a', 'b'] })
  expect(rtdb.namespaces()).toEqual(['a', 'b'])
  expect([await statusOf(rtdb, 'a'), await statusOf(rtdb, 'c')]).toEqual([401, 200])
})

test('rules by namespace', async () => {
  const rtdb = await start({ rules: { a: CLOSED } })
  expect([await statusOf(rtdb, 'a'), await statusOf(rtdb, 'toString')]).toEqual([401, 200])
})

test('wrong rules and a taken port reject', async () => {
  await expect(start({ rules: '{"rules": 5}' })).rejects.toThrow(RulesError)
  const { port } = await start({})
  await expect(start({ port })).rejects.toThrow('EADDRINUSE')
})

test('data is kept apart by namespace, exported with priorities and imported again', async () => {
  const rtdb = await start({})
  const data = { x: { '.value': 1, '.priority': 2 }, list: { 0: 'a' } }
  rtdb.import('a', data)
  expect(rtdb.export('a')).toEqual(data)
  expect(rtdb.export('b')).toBeNull()
  expect(() => rtdb.import('a', { 'a.b': 1 })).toThrow('Invalid data')
  expect(rtdb.export('a')).toEqual(data)
})

test('a server timestamp is the `now` of the rules, however fast the clock', async () => {
  let time = 0
  const rules = '{"rules": {".write": true, "at": {".validate": "newData.val() === now"}}}'
  const rtdb = await start({ rules, now: () => ++time })
  const body = '{".sv":"timestamp"}'
  const response = await fetch(`${rtdb.url}/at.json?ns=a`, { method: 'PUT', body })
  expect(response.status).toBe(200)
})

test('closing twice is closing once', async () => {
  const rtdb = await startRtdb()
  expect(rtdb.close()).toBe(rtdb.close())
  await rtdb.close()
})

test('with explain a denial names the rule that denied, to the client and to the operator', async () => {
  const lines: string[] = []
  const rules = '{"rules": {"users": {"$uid": {".read": "auth.uid === $uid"}}}}'
  const rtdb = await start({ rules, explain: true, log: (line) => lines.push(line) })
  const response = await fetch(`${rtdb.url}/users/alice.json?ns=demo-x`)
  const { error } = (await response.json()) as { error: string }
  expect(error).toContain('/users/$uid/.read at /users/alice')
  expect(error).toContain('auth.uid === $uid')
  expect(lines).toEqual([expect.stringContaining('/users/$uid/.read at /users/alice') as string])
})
