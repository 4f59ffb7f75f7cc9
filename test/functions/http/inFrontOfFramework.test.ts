import { createServer, type Server } from 'node:http'
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

test('the first request is answered by our handler already, and the host’s own still reach it', async () => {
  const [port, other] = [await startFramework(), await startFramework()]
  expect(await byOf(port, '/api/health')).toBe('framework')
  standInFrontOfFramework((_req, res) => void res.end(JSON.stringify({ by: 'us' })))
  expect(await byOf(port, '/api/health')).toBe('us')
  expect(await byOf(port, '/__/health')).toBe('framework')
  expect(await byOf(port, '/')).toBe('us')
  // One server is this instance's; another one in the process is left alone.
  expect(await byOf(other, '/api/health')).toBe('framework')
})
