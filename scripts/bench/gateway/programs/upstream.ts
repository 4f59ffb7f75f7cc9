import { createServer } from 'node:http'

/** About a kilobyte of JSON, as an API answers: the same bytes to everybody, which may be kept. */
const body = JSON.stringify({
  list: Array.from({ length: 20 }, (_, id) => ({ id, name: 'a'.repeat(25) })),
})

const HEADERS = {
  'Content-Type': 'application/json',
  'Content-Length': Buffer.byteLength(body),
  'Cache-Control': 'public, max-age=3600',
}

createServer((req, res) => {
  req.resume().on('end', () => res.writeHead(200, HEADERS).end(body))
}).listen(Number(process.env['PORT']), '127.0.0.1')
