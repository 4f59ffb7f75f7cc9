import { onRequest } from 'firebase-functions/v2/https'
import { onSchedule } from 'firebase-functions/v2/scheduler'
import { SMS_SECRET } from './accountSettings.ts'
import { ATTESTATION_SECRETS } from './attestSettings.ts'
import { beforeTermination } from './beforeTermination.ts'
import {
  DEPLOYMENT,
  isEmulated,
  MASTER_SECRETS,
  readConfig,
  refuseEmulatorSettings,
} from './config.ts'
import { withExamples } from './gateway/exampleUpstreams.ts'
import { UPSTREAMS } from './gateway/upstreams.ts'
import type { RequestHandler } from './handler.ts'
import { standInFrontOfFramework } from './http/inFrontOfFramework.ts'
import { refuseSharedKey } from './issuance.ts'
import { log } from './log.ts'
import { buildService, type Service } from './service.ts'

refuseEmulatorSettings(process.env)
refuseSharedKey(process.env)

const upstreams = isEmulated(process.env) ? withExamples(UPSTREAMS) : UPSTREAMS

let built: Service | undefined
/** Built by the first call: where a manifest is made of this, params and secrets have no value yet. */
const service = (): Service => (built ??= build())

function build(): Service {
  const service = buildService(readConfig(), { log, now: Date.now, upstreams })
  beforeTermination(service.flush)
  return service
}

// A new revision whose settings are wrong fails here, before it gets any traffic, and the one before it goes
// on serving. At its first request it would be all that there is.
if (process.env['K_CONFIGURATION'] !== undefined) service()

const {
  region,
  memory,
  concurrency,
  minInstances,
  maxInstances,
  timeoutSeconds,
  sweepSchedule,
  assessSchedule,
} = DEPLOYMENT

/** What upstreams are called with, by the one function that calls them. */
const upstreamSecrets = upstreams.flatMap(({ secret }) =>
  secret === undefined ? [] : [secret.param.name],
)

const handle: RequestHandler = (req, res) => service().handle(req, res)

// Where this process serves `api` alone. Cloud Functions and the emulator both say so.
if (process.env['FUNCTION_TARGET'] === 'api') {
  standInFrontOfFramework(handle, isEmulated(process.env))
}

const deployed = onRequest(
  {
    region,
    memory,
    concurrency,
    minInstances,
    maxInstances,
    // Open to the internet: the guard is ours.
    invoker: 'public',
    timeoutSeconds,
    secrets: [MASTER_SECRETS, SMS_SECRET, ATTESTATION_SECRETS, ...upstreamSecrets],
  },
  handle,
)

/**
 * Everything that apps call: our handler with what `onRequest` says of its deployment, but without what
 * it wraps around it (`onInit`, a trace ID for the logger, a handler of rejections): four promises, which
 * under the functions framework take as long as Express itself. Log lines carry the request ID.
 */
export const api = Object.defineProperties(
  ((req, res) => handle(req, res)) as typeof deployed,
  Object.getOwnPropertyDescriptors(deployed),
)

/** One at a time; what it does not come to, the next one does. */
const scheduled = (schedule: { readonly name: string }) => ({
  // The type wants a text; this is the text that a param is written as in the manifest.
  schedule: `{{ params.${schedule.name} }}`,
  timeZone: 'Etc/UTC',
  region,
  memory,
  maxInstances: 1,
  timeoutSeconds: 540,
  retryCount: 0,
  secrets: [MASTER_SECRETS],
})

/** Removes what is used or expired. */
export const sweep = onSchedule(scheduled(sweepSchedule), async () => {
  await service().sweep()
})

/** Finds installs whose behaviour looks abusive, and does about them what BEHAVIOUR says. */
export const assess = onSchedule(scheduled(assessSchedule), async () => {
  await service().assess()
})
