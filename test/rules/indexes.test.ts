import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deleteApp, initializeApp } from 'firebase-admin/app'
import { getDatabase } from 'firebase-admin/database'
import { BACKEND_IDENTITY } from '../../functions/src/firebase.ts'
import { startRtdb, type Rtdb } from '../../rtdb/src/index.ts'
import { mutantsOf } from '../../scripts/rules/mutantsOf.ts'
import { dataOf } from './judge.ts'
import { NOW, WINDOW } from './world.ts'

const RULES = readFileSync(join(__dirname, '../../database.rules.json'), 'utf8')

/** `/installs/.indexOn` without `uid`, and so on. */
const indexes = mutantsOf(RULES).flatMap(({ rule, change, text }) => {
  const table = /^\/(.*)\/\.indexOn$/.exec(rule)?.[1]
  const name = /^without (.*)$/.exec(change)?.[1]
  return table && name ? [{ table, name, rulesWithout: text }] : []
})

let rtdb: Rtdb
beforeAll(async () => {
  for (const name of ['HTTP_PROXY', 'http_proxy']) Reflect.deleteProperty(process.env, name)
  rtdb = await startRtdb({ now: () => NOW })
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = `${rtdb.host}:${rtdb.port}`
})
afterAll(() => rtdb.close())

test('the indexes have been found', () => {
  expect(indexes.map(({ table, name }) => `${table} by ${name}`)).toEqual([
    'installs by uid',
    'installs by place',
    'installs by lastUsedAt',
    'installs by pickupBy',
    'installs by unusedSince',
    'installs by removeAfter',
    'installs by masterVersion',
    'revocations by at',
    'usage/$day by requests',
    'usage/$day by notedAt',
    'risk by score',
    'risk by assessedAt',
    'accounts by pendingSince',
    'codes by expiresAt',
    'cooldowns by .value',
    'idempotency by expiresAt',
  ])
})

describe.each(indexes)('$table by $name', ({ table: pattern, name, rulesWithout }) => {
  const table = pattern.replace('$day', WINDOW.day)
  // A namespace is a label of a host name.
  const label = `${table}-${name}`.toLowerCase().replace(/[./]/g, '')
  const withIndex = `with-${label}`
  const without = `without-${label}`

  beforeAll(() => {
    for (const namespace of [withIndex, without]) rtdb.import(namespace, dataOf({}))
    rtdb.setRules(withIndex, RULES)
    rtdb.setRules(without, rulesWithout)
  })

  test('is looked up over REST; without the index that is refused', async () => {
    expect(await lookUp(withIndex)).toMatchObject({ status: 200 })
    expect(await lookUp(without)).toEqual({
      status: 400,
      body: {
        error: `Index not defined, add ".indexOn": "${name}", for path "/${table}", to the rules`,
      },
    })
  })

  test('is listened to without a warning; without the index there is one', async () => {
    expect(await warningsOf(withIndex)).toEqual([])
    expect(await warningsOf(without)).toEqual([
      expect.stringContaining(`Consider adding ".indexOn": "${name}" at /${table}`),
    ])
  })

  async function lookUp(namespace: string) {
    const query = new URLSearchParams({
      ns: namespace,
      access_token: 'owner',
      auth_variable_override: JSON.stringify(BACKEND_IDENTITY),
      // REST has a word of its own for the values.
      orderBy: JSON.stringify(name === '.value' ? '$value' : name),
      limitToFirst: '1',
    })
    const response = await fetch(`${rtdb.url}/${table}.json?${query.toString()}`)
    return { status: response.status, body: (await response.json()) as unknown }
  }

  async function warningsOf(namespace: string): Promise<string[]> {
    const warn = jest.spyOn(console, 'warn').mockImplementation()
    const databaseURL = `https://${namespace}.firebaseio.com`
    const options = { databaseURL, databaseAuthVariableOverride: BACKEND_IDENTITY }
    const app = initializeApp(options, namespace)
    const ref = getDatabase(app).ref(table)
    const inOrder = name === '.value' ? ref.orderByValue() : ref.orderByChild(name)
    await inOrder.limitToFirst(1).once('value')
    await deleteApp(app)
    const lines = warn.mock.calls.map((line) => line.join(' '))
    warn.mockRestore()
    return lines
  }
})
