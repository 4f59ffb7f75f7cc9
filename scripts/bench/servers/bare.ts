import { createServer } from 'node:http'
import { HELLO } from './hello.ts'

const text = JSON.stringify(HELLO)

/** The least that a Node server can do: read the body, if there is one, and answer. */
createServer((req, res) => {
  req.resume().on('end', () => {
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length })
    res.end(text)
  })
}).listen(Number(process.env['PORT']), '127.0.0.1')
