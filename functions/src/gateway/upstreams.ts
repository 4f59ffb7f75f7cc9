import type { Upstream } from './upstream.ts'

/**
 * The third-party APIs behind `/api/proxy/{name}/…`: yours go here, and nowhere else has to be changed.
 * docs/gateway.md says how; exampleUpstreams.ts has two. The secrets are parameters of the function,
 * so `firebase deploy` asks for those that Secret Manager does not have yet.
 */
export const UPSTREAMS: readonly Upstream[] = []
