import { findBackend } from '../../web/src/app/backend.ts'
import type { LocalRun } from '../../web/src/localRun.ts'

const LOCAL: LocalRun = {
  projectId: 'demo-latchkey',
  namespace: 'demo-latchkey-default-rtdb',
  authEmulatorHost: '127.0.0.1:9099',
  databaseEmulatorHost: '127.0.0.1:9000',
  hasOutbox: true,
  attestIssuerUrl: 'http://127.0.0.1:9199',
  enforcesAttestation: false,
}
const DEPLOYED = { projectId: 'shop', apiKey: 'AIza', databaseURL: 'https://shop.firebaseio.com' }

/** A Hosting that has these files, and writes down what it is asked for. */
function hosting(files: Readonly<Record<string, object>>) {
  const asked: string[] = []
  const load = ((path: string) => {
    asked.push(path)
    const file = files[path]
    return Promise.resolve(file ? Response.json(file) : new Response('', { status: 404 }))
  }) as typeof fetch
  return { load, asked }
}

const FILES = { 'local/running.json': LOCAL, '/__/firebase/init.json': DEPLOYED }

test.each(['localhost', '127.0.0.1', '[::1]'])('at %s, the emulators are used', async (host) => {
  const { load, asked } = hosting(FILES)
  const backend = await findBackend(load, host)
  expect(backend.local).toEqual(LOCAL)
  expect(backend.firebase.databaseURL).toBe('https://demo-latchkey-default-rtdb.firebaseio.com')
  expect(asked).toEqual(['local/running.json'])
})

test.each(['shop.web.app', 'localhost.example.com'])(
  'at %s, no local run is looked for, even if somebody has put one there',
  async (host) => {
    const { load, asked } = hosting(FILES)
    expect(await findBackend(load, host)).toEqual({ firebase: DEPLOYED, local: undefined })
    expect(asked).toEqual(['/__/firebase/init.json'])
  },
)

test('without either, it says what to do', async () => {
  await expect(findBackend(hosting({}).load, '127.0.0.1')).rejects.toThrow('npm start')
  await expect(findBackend(hosting({}).load, 'shop.web.app')).rejects.toThrow('configuration')
})
