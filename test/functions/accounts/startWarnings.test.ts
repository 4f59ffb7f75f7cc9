import { startWarnings } from '../../../functions/src/accounts/startWarnings.ts'
import { seconds, startDatabase, type TestDatabase } from '../harness/database.ts'
import { startInstance } from '../harness/instance.ts'
import { keyOf } from '../harness/key.ts'
import { signed } from '../harness/signed.ts'
import { PARAMS } from './sms/harness/params.ts'

const GOOD = { smsCountries: new Set(['DE']), smsSender: 'twilio', isEmulated: false }
const eventsOf = (change: Partial<typeof GOOD>) =>
  startWarnings({ ...GOOD, ...change }).map(({ event }) => event)

test('nothing is said of settings with which texts go out', () => {
  expect(startWarnings(GOOD)).toEqual([])
  expect(eventsOf({ smsSender: 'console', isEmulated: true })).toEqual([])
})

test('no country, and the console sender outside of local runs, are told, each by itself', () => {
  expect(eventsOf({ smsCountries: new Set() })).toEqual(['sms_countries_none'])
  expect(eventsOf({ smsSender: 'console' })).toEqual(['sms_sender_console'])
  expect(eventsOf({ smsCountries: new Set(), smsSender: 'console' })).toHaveLength(2)
})

describe('an instance', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await startDatabase()
  })
  afterAll(() => database.close())

  test('tells it when it starts, before any request, in a sentence', async () => {
    const instance = await startInstance(database, {
      smsCountries: new Set(),
      smsSender: 'console',
      isEmulated: false,
    })
    expect(instance.events.slice(1)).toEqual([
      {
        event: 'sms_countries_none',
        hint: 'SMS_COUNTRIES is empty: no number is sent a text, so nobody can sign up.',
      },
      {
        event: 'sms_sender_console',
        hint: 'SMS_SENDER=console is for local runs: here every text is refused. Choose another.',
      },
    ])
    await instance.close()
  })

  test('says which param of a sender is wrong, and not what it is', async () => {
    const token = 'spaces are no part of a token'
    const smsParams = () => ({ ...PARAMS, SMS_SENDER: 'twilio', SMS_SECRET: token })
    const instance = await startInstance(database, { smsParams })
    const request = {
      method: 'POST',
      target: '/api/password/reset',
      body: '{"phone":"+4915112345678"}',
      created: seconds(database.clock),
    }
    const { status, json } = await instance.send(await signed(keyOf(0), request))
    expect([status, json['code']]).toEqual([500, 'internal'])
    const told = instance.events.find(({ event }) => event === 'settings_wrong')
    expect(JSON.stringify(told)).toContain('SMS_SECRET is wrong')
    expect(JSON.stringify(instance.events)).not.toContain(token)
    await instance.close()
  })
})
