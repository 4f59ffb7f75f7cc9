import { readJson, readText } from './requestBody.ts'
import type { RestContext } from './rest.ts'
import { jsonReply, sendReply, sendText, type Reply } from './restReply.ts'
import { Refusal } from './refusal.ts'
import { parseRules } from './rules/index.ts'
import { parseTrigger } from './triggers/registration.ts'

/** The path below which a database is configured rather than read. */
export const SETTINGS = '/.settings/'

/** Serves `/.settings/<name>.json`, for the owner only. */
export async function serveSetting(context: RestContext): Promise<void> {
  const { request, response, limits } = context
  if (!request.identity.admin) throw new Refusal('permission_denied')
  const name = request.path.slice(SETTINGS.length)
  const setting = settings.get(name)
  if (!setting) throw new Refusal('unknown_setting')
  const handler = setting.get(request.method)
  if (!handler) throw new Refusal('method_not_allowed')
  const reply = await handler(context)
  if (reply) sendReply(response, reply, request.params, limits)
}

type Handler = (context: RestContext) => Promise<Reply> | Reply | null

const OK = jsonReply({ status: 'ok' })

const settings = new Map([
  [
    'rules',
    new Map<string, Handler>([
      ['GET', sendRules],
      ['PUT', loadRules],
    ]),
  ],
  [
    'functionTriggers',
    new Map<string, Handler>([
      ['POST', registerTrigger],
      ['PUT', registerTrigger],
    ]),
  ],
  [
    // Not a setting of the hosted service: what the database has done, for those who count it from outside.
    'operations',
    new Map<string, Handler>([
      ['GET', ({ namespace }) => jsonReply({ ...namespace.operations.snapshot() })],
      ['DELETE', resetOperations],
    ]),
  ],
])

/** The text that was loaded, comments included. */
function sendRules({ namespace, response }: RestContext): null {
  sendText(response, 200, namespace.rulesText)
  return null
}

async function loadRules({ namespace, message, limits }: RestContext): Promise<Reply> {
  namespace.setRules(parseRules(await readText(message, limits.bodyBytesMax)))
  return OK
}

async function registerTrigger(context: RestContext): Promise<Reply> {
  const { namespace, message, limits, triggers } = context
  triggers.register(parseTrigger(await readJson(message, limits.bodyBytesMax), namespace.name))
  return OK
}

function resetOperations({ namespace }: RestContext): Reply {
  namespace.operations.reset()
  return OK
}
