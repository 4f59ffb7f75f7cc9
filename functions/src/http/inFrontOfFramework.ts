import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

/** Node tells of every request there before the server's own listeners get it. */
const CHANNEL = 'http.server.request.start'

/** How the emulator asks whether its worker is ready; it puts the answer into the framework's application. */
const EMULATORS_OWN = '/__/health'

/**
 * Lets `handle` have the requests of this process's server before the functions framework, whose
 * Express application runs in front of every function and costs four times what the guard does. What
 * weighs more: it reads a body of any size and inflates it before we can refuse it, and answers
 * malformed JSON itself, in HTML. Our handler is made for a plain `node:http` server, so from the first
 * request on it is the server's listener. Should Node no longer tell, the framework goes on calling the
 * function, which works as well.
 * @param isEmulated whether the emulator's own question goes on to the framework. Deployed, nothing does:
 * anybody could have it inflate a gigabyte.
 */
export function standInFrontOfFramework(
  handle: (req: IncomingMessage, res: ServerResponse) => unknown,
  isEmulated: boolean,
): void {
  const stepForward = (message: unknown): void => {
    // An instance has one server; later requests need not be told of.
    unsubscribe(CHANNEL, stepForward)
    const { server } = message as { readonly server: Server }
    const framework = server.listeners('request') as RequestListener[]
    server.removeAllListeners('request')
    server.on('request', (req, res) => {
      if (!isEmulated || req.url !== EMULATORS_OWN) return void handle(req, res)
      for (const listener of framework) listener.call(server, req, res)
    })
  }
  subscribe(CHANNEL, stepForward)
}
