import { createServer, type Server, type ServerResponse } from 'node:http'
import { standInFrontOfFramework } from '../../../functions/src/http/inFrontOfFramework.ts'
import { listen } from '../harness/instance.ts'
import { send } from '../harness/send.ts'

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

/** A server on which something else listens already, as a functions framework does. */
async function startFramework(): Promise<number> {
  const server = createServer((_req, res) => res.end(JSON.stringify({ by: 'framework' })))
  servers.push(server)
  return listen(server)
}

const byOf = async (port: number, target: string) => (await send(port, { target })).json['by']

const us = (_req: unknown, res: ServerResponse) => void res.end(JSON.stringify({ by: 'us' }))

test('the first request is answered by our handler already, and every later one', async () => {
  const [port, other] = [await startFramework(), await startFramework()]
  expect(await byOf(port, '/api/health')).toBe('framework')
  standInFrontOfFramework(us, false)
  expect(await byOf(port, '/api/health')).toBe('us')
  expect(await byOf(port, '/')).toBe('us')
  // One server is this instance's; another one in the process is left alone.
  expect(await byOf(other, '/api/health')).toBe('framework')
})

// The framework reads and inflates a body of any size (threat T19).
const WAYS = ['/__/health', '/__/health?', '/__/', '/__/api/login', '/_/health', '//__/health']

test.each(WAYS)('deployed, nothing goes on to the framework: %s', async (target) => {
  const port = await startFramework()
  standInFrontOfFramework(us, false)
  expect(await byOf(port, target)).toBe('us')
})

test.each(WAYS)('emulated, the emulator’s own question alone does: %s', async (target) => {
  const port = await startFramework()
  standInFrontOfFramework(us, true)
  expect(await byOf(port, target)).toBe(target === '/__/health' ? 'framework' : 'us')
})
