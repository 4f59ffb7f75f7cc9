import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { readBody } from '../../../functions/src/http/readBody.ts'

// How a body is cut into chunks is up to whoever sends it. What is done with it stands in bodies.test.ts.

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function chunkedRequest(): IncomingMessage {
  const req = new IncomingMessage(new Socket())
  req.headers['transfer-encoding'] = 'chunked'
  return req
}

test('a body is the same however it was cut', async () => {
  const cuts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 1200 })
  await fc.assert(
    fc.asyncProperty(cuts, async (chunks) => {
      const req = chunkedRequest()
      const body = readBody(req)
      for (const chunk of chunks) req.emit('data', Buffer.from(chunk))
      req.emit('end')
      expect(await body).toEqual(Buffer.concat(chunks))
    }),
    { numRuns: 50 },
  )
})

test('a hundred thousand chunks of a byte take little more than their bytes', async () => {
  const req = chunkedRequest()
  const body = readBody(req, 1_000_000)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 100_000; n += 1) req.emit('data', Buffer.allocUnsafeSlow(1))
  collect()
  // 10 to 20 MB when each is kept.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000)
  req.emit('end')
  expect(await body).toHaveLength(100_000)
})

test('what has no room is refused at that chunk, and the connection closed', async () => {
  let room = 10
  const req = chunkedRequest()
  const body = readBody(req, 1_000_000, (bytes) => (room -= bytes) >= 0)
  req.emit('data', Buffer.alloc(10))
  req.emit('data', Buffer.alloc(1))
  await expect(body).rejects.toMatchObject({
    code: 'unavailable',
    options: { retryAfterSeconds: 2, headers: { Connection: 'close' } },
  })
  expect(req.listenerCount('data')).toBe(0)
})
