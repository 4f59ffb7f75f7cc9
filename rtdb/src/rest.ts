import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseChange, parseUpdate, type Change } from './changes.ts'
import { serveEventStream } from './eventStream.ts'
import type { Limits } from './limits.ts'
import type { Namespace, WriteOptions } from './namespace.ts'
import { parseRestQuery } from './query/index.ts'
import { Refusal } from './refusal.ts'
import { readJson } from './requestBody.ts'
import { jsonReply, sendReply, type Reply } from './restReply.ts'
import type { RestRequest } from './restRequest.ts'
import {
  childCount,
  entries,
  hashOf,
  leafOf,
  nodeAt,
  parseWritePath,
  priorityOf,
  toExport,
  toJson,
  type Json,
  type Tree,
} from './tree/index.ts'
import type { Triggers } from './triggers/triggers.ts'

/** What a REST handler works with. */
export interface RestContext {
  readonly namespace: Namespace
  readonly request: RestRequest
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly limits: Limits
  readonly nextPushId: () => string
  readonly triggers: Triggers
}

/** Serves `/<path>.json`. Throws Refusal or DataError for what it cannot do. */
export async function serveRest(context: RestContext): Promise<void> {
  const handler = methods.get(context.request.method)
  if (!handler) throw new Refusal('method_not_allowed')
  context.namespace.operations.countAction(context.request.method)
  const reply = await handler(context)
  if (reply) sendReply(context.response, reply, context.request.params, context.limits)
}

type Handler = (context: RestContext) => Promise<Reply | null> | Reply | null

const methods = new Map<string, Handler>([
  ['GET', get],
  ['PUT', put],
  ['PATCH', patch],
  ['POST', post],
  ['DELETE', remove],
])

function get(context: RestContext): Reply | null {
  const { namespace, request } = context
  const { path, isPriority } = parseWritePath(request.path)
  const query = parseRestQuery(request.params)
  const isShallow = request.params.get('shallow') === 'true'
  if (isShallow && query) {
    throw new Refusal('invalid_query', 'Mixing shallow and querying parameters is not supported')
  }
  if (request.headers.accept?.includes('text/event-stream')) {
    return serveEventStream(context, path, query)
  }
  const found = namespace.read(request.identity, path, query)
  const node = isPriority ? priorityNode(found) : found
  return withEtag(context, jsonReply(shown(node, isShallow, request.params)), node)
}

async function put(context: RestContext): Promise<Reply> {
  const value = await bodyOf(context)
  return replace(context, value, (written) => toJson(written))
}

function remove(context: RestContext): Reply {
  return replace(context, null, () => null)
}

async function patch(context: RestContext): Promise<Reply> {
  refusePrecondition(context.request)
  const values = await bodyOf(context)
  // `firebase database:remove` sends this.
  if (values === null) return remove(context)
  const { path } = parseWritePath(context.request.path)
  const changes = parseUpdate(context.request.path, values)
  write(context, changes, { base: path })
  const keys = Object.keys(values as object)
  const written = keys.map((key, i) => [key, toJson(writtenBy(context.namespace, changes[i]))])
  const reply = jsonReply(Object.fromEntries(written) as Json)
  return withEtag(context, reply, nodeAt(context.namespace.root, path))
}

async function post(context: RestContext): Promise<Reply> {
  refusePrecondition(context.request)
  const value = await bodyOf(context)
  const name = context.nextPushId()
  write(context, [parseChange(`${context.request.path}/${name}`, value)], {})
  const { path } = parseWritePath(context.request.path)
  return withEtag(context, jsonReply({ name }), nodeAt(context.namespace.root, path))
}

/** PUT and DELETE: may depend on the data being as its ETag said. */
function replace(context: RestContext, value: unknown, show: (written: Tree) => Json): Reply {
  const { namespace, request } = context
  const change = parseChange(request.path, value)
  const etag = request.headers['if-match']
  if (etag === undefined) {
    write(context, [change], {})
  } else {
    // The answer to a mismatch shows the data, so the condition is only for those who may read it.
    namespace.requireRead(request.identity, change.path)
    try {
      write(context, [change], { ifHash: etag === NULL_ETAG ? '' : etag })
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'stale')) throw error
      const current = nodeAt(namespace.root, change.path)
      return { ...jsonReply(toJson(current)), status: error.httpStatus, etag: etagOf(current) }
    }
  }
  const written = writtenBy(namespace, change)
  return withEtag(context, jsonReply(show(written)), written)
}

function write(
  { namespace, request }: RestContext,
  changes: Change[],
  options: WriteOptions,
): void {
  const triggers = request.params.get('disableTriggers') !== 'true'
  namespace.write(request.identity, changes, { ...options, triggers })
}

function bodyOf({ message, limits }: RestContext): Promise<unknown> {
  return readJson(message, limits.bodyBytesMax)
}

function writtenBy(namespace: Namespace, change: Change | undefined): Tree {
  if (!change) return null
  const node = nodeAt(namespace.root, change.path)
  return change.target === 'priority' ? priorityNode(node) : node
}

function priorityNode(node: Tree): Tree {
  const priority = priorityOf(node)
  return priority === null ? null : leafOf(priority)
}

function shown(node: Tree, isShallow: boolean, params: URLSearchParams): Json {
  if (isShallow && childCount(node) > 0) {
    return Object.fromEntries([...entries(node)].map(([key]) => [key, true]))
  }
  return params.get('format') === 'export' ? toExport(node) : toJson(node)
}

/** Ignoring a condition could lose somebody's data, so it is refused where it has no meaning. */
function refusePrecondition({ headers }: RestRequest): void {
  if (headers['if-match'] === undefined) return
  throw new Refusal('invalid_query', 'if-match is only supported for PUT and DELETE.')
}

function withEtag({ request }: RestContext, reply: Reply, node: Tree): Reply {
  const isWanted = request.headers['x-firebase-etag'] === 'true'
  return isWanted ? { ...reply, etag: etagOf(node) } : reply
}

const NULL_ETAG = 'null_etag'

const etagOf = (node: Tree): string => hashOf(node) || NULL_ETAG
