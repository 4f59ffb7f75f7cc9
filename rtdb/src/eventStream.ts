import type { Delivery } from './listener.ts'
import type { Query } from './query/index.ts'
import type { RestContext } from './rest.ts'
import { Refusal } from './refusal.ts'
import { toJson, type Json, type Path } from './tree/index.ts'

/**
 * Streams the data of a path and its changes as server-sent events (WHATWG HTML, section 9.2) until the client leaves
 * or the rules no longer allow it. Returns null: the response is its own.
 */
export function serveEventStream(
  { namespace, request, response, limits }: RestContext,
  path: Path,
  query: Query | null,
): null {
  let unreadBytesMax = limits.unreadPushBytesMax
  const send = (event: string, data: Json): void => {
    response.write(eventText(event, data))
    // The changes that a reader leaves unread pile up here.
    if (response.writableLength > unreadBytesMax) response.destroy()
  }
  const { listener, initial } = namespace.listen({
    path,
    query,
    tagged: query !== null,
    holder: request,
    deliver: (delivery) =>
      send(delivery.kind === 'merge' ? 'patch' : 'put', bodyOf(delivery, path)),
    revoked: () => {
      send('cancel', null)
      response.end()
    },
  })
  const first = eventText('put', { path: '/', data: toJson(initial) })
  if (first.length > limits.readCharsMax) {
    namespace.unlisten(listener)
    throw new Refusal('read_too_big')
  }
  unreadBytesMax += Buffer.byteLength(first)
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' }).write(first)
  const keepAlive = setInterval(() => send('keep-alive', null), limits.keepAliveMs)
  response.on('close', () => {
    clearInterval(keepAlive)
    namespace.unlisten(listener)
  })
  return null
}

const eventText = (event: string, data: Json): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

/** Paths are relative to the one that was asked for. */
function bodyOf(delivery: Delivery, base: Path): Json {
  const path = `/${delivery.path.slice(base.length).join('/')}`
  if (delivery.kind === 'overwrite') return { path, data: toJson(delivery.node) }
  const children = delivery.children.map(([key, node]) => [key, toJson(node)] as const)
  return { path, data: Object.fromEntries(children) }
}
