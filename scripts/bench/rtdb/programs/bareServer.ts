import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** What the transport alone costs: answers every message with the acknowledgement that the database gives, and does nothing. */
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => {
  socket.send('{"t":"c","d":{"t":"h","d":{}}}')
  let answered = 0
  socket.on('message', () => socket.send(`{"t":"d","d":{"r":${++answered},"b":{"s":"ok","d":{}}}}`))
})
server.on('listening', () => {
  process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
