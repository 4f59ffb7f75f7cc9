import { startApp, type App, type Credential, type SignedCall } from './demo/app.ts'
import { inCheckout } from './local/checkout.ts'
import { readRunning, type Running } from './local/running.ts'
import { nowSeconds } from './local/signedHeaders.ts'

const USAGE = `Plays an app and its attackers against a running "npm start".

Usage: npm run demo

Exit code 0 when everything went as it should, 1 when something did not, 2 when nothing is running.`

/** How a call ended: its status and, of a problem, its code. */
interface Outcome {
  readonly status: number
  readonly code: string
}

let failures = 0

/** One line: what was tried, what came of it, and whether that is right. */
function report(what: string, outcome: string, isRight: boolean): void {
  if (!isRight) failures += 1
  process.stdout.write(`${isRight ? '  ok ' : 'FAIL '} ${what.padEnd(58)} ${outcome}\n`)
}

async function send({ url, ...call }: SignedCall): Promise<Outcome> {
  const response = await fetch(url, call)
  const { code = '' } = (await response.json()) as { code?: string }
  return { status: response.status, code }
}

async function expectOk(what: string, call: SignedCall): Promise<void> {
  const { status, code } = await send(call)
  report(what, `${status} ${code}`.trimEnd(), status === 200)
}

async function expectRefusal(what: string, call: SignedCall, expected: string): Promise<void> {
  const { status, code } = await send(call)
  report(what, `${status} ${code}`, status === 401 && code === expected)
}

/** The answer never holds a secret, only where it was dropped. */
async function expectDrop(what: string, answer: Promise<Response>): Promise<void> {
  const response = await answer
  const { path = '', code = '' } = (await response.json()) as { path?: string; code?: string }
  report(what, `${response.status} ${code || `look in ${path.slice(0, 20)}…`}`, response.ok)
}

/** Both steps of registration: the OTP and the credential come by way of the database. */
async function register(app: App): Promise<Credential> {
  await expectDrop('step 1: asks for a key', app.register())

  const otp = (await app.read(`${app.slotPath}/otp`)) as { code: string } | null
  report('reads the one-time password in its slot', otp?.code ?? 'nothing there', otp !== null)

  await expectDrop('step 2: sends it back', app.register(otp?.code))
  return collect(app)
}

async function collect(app: App): Promise<Credential> {
  const credential = (await app.read(`${app.slotPath}/credential`)) as Credential | null
  const shown = credential === null ? 'nothing there' : `${credential.apiKey.slice(0, 20)}…`
  report('reads the credential in its slot', shown, credential !== null)
  if (credential === null) throw new Error('There is no credential to go on with.')
  return credential
}

async function playApp(app: App): Promise<Credential> {
  process.stdout.write('\nThe app\n')
  report('signs in anonymously', app.uid, true)
  const credential = await register(app)
  const call = { method: 'GET', path: '/installs/current' }
  await expectOk('calls a protected endpoint, signed', await app.sign(credential, call))
  const left = await app.read(app.slotPath)
  report('its slot is empty after the first use', JSON.stringify(left), left === null)
  return credential
}

/** Third-party APIs, whose keys the app never sees: fakes of them run beside the emulators. */
async function playGateway(app: App, credential: Credential): Promise<void> {
  process.stdout.write('\nThird-party APIs through the gateway\n')
  const call = async (method: string, path: string, body?: string): Promise<Response> => {
    const sent = { method, path: `/proxy${path}`, ...(body !== undefined && { body }) }
    const { url, ...request } = await app.sign(credential, sent)
    return fetch(url, request)
  }
  const tell = (what: string, { status, headers }: Response, expected: number) => {
    const kept = headers.get('cache-status')?.split(';')[1] ?? ''
    report(what, `${status}${kept}`, status === expected)
  }
  tell('asks for the weather', await call('GET', '/weather/v1/forecast/Paris'), 200)
  const again = await call('GET', '/weather/v1/forecast/Paris')
  tell('asks again (each instance keeps answers of its own)', again, 200)
  const charge = '{"amount":1250,"currency":"EUR"}'
  tell('pays', await call('POST', '/payments/v1/charges', charge), 201)
  const events = await (await call('GET', '/weather/v1/alerts')).text()
  const count = events.match(/^data: /gm)?.length ?? 0
  report('listens to server-sent events', `${count} events`, count > 0)
  tell('asks for what is not declared', await call('GET', '/weather/v1/admin'), 404)
}

async function playAttackers(app: App, other: App, credential: Credential): Promise<void> {
  process.stdout.write('\nIts attackers\n')
  await readForeignSlot(app, other)

  const rotation = await app.sign(credential, { method: 'POST', path: '/installs/current/rotate' })
  await expectOk('(the app rotates its key)', rotation)
  const current = await collect(app)
  await expectRefusal('replay that very request', rotation, 'replayed')

  const withBody = { method: 'POST', path: '/installs/current/rotate', body: '{}' }
  const changed = { ...(await app.sign(current, withBody)), body: '{ }' }
  await expectRefusal('change the body of a signed request', changed, 'invalid_credentials')

  const old = { method: 'GET', path: '/installs/current', created: nowSeconds() - 600 }
  await expectRefusal(
    'send a request signed ten minutes ago',
    await app.sign(current, old),
    'clock_skew',
  )

  const self = { path: '/installs/current' }
  await expectOk(
    '(the app revokes its key)',
    await app.sign(current, { ...self, method: 'DELETE' }),
  )
  const late = await app.sign(current, { ...self, method: 'GET' })
  await expectRefusal('use the revoked key', late, 'key_revoked')
}

async function readForeignSlot(app: App, other: App): Promise<void> {
  const what = 'read the slot as another user'
  try {
    await other.read(app.slotPath)
    report(what, 'was allowed', false)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    report(what, text, /permission denied/i.test(text))
  }
}

async function play(running: Running): Promise<void> {
  const [app, other] = await Promise.all([startApp(running), startApp(running)])
  try {
    const credential = await playApp(app)
    await playGateway(app, credential)
    await playAttackers(app, other, credential)
  } finally {
    await Promise.all([app.close(), other.close()])
  }
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${USAGE}\n`)
  process.exit(0)
}
const running = readRunning(inCheckout('.local/running.json'))
if (running === undefined) {
  process.stderr.write('Nothing is running here. In another terminal: npm start\n')
  process.exit(2)
}
try {
  await play(running)
} catch (error) {
  report('the demo itself', error instanceof Error ? error.message : String(error), false)
}
const outcome = failures === 0 ? 'All went as it should.' : `${failures} went wrong.`
process.stdout.write(`\n${outcome}\n`)
process.exit(failures === 0 ? 0 : 1)
