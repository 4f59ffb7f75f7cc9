import type { IssuerKeys } from '../../../scripts/attest/issuerKeys.ts'
import type { Running } from '../../../scripts/local/running.ts'

/** What all end-to-end tests of a run share: one start of everything. */
export interface EndToEndRun extends Running {
  /** The function's master secrets: JSON, version to base64url. */
  masterSecrets: string
  /** What the example upstreams are called with. */
  upstreamSecrets: readonly string[]
  /** The output of the database and the emulators, the function's log among it. */
  logFile: string
  /** The texts that were sent, as JSON lines. */
  outboxFile: string
  /** To mint attestation tokens with. */
  issuerKeys: IssuerKeys
  /** In ALLOWED_ORIGINS; nobody listens at its port. */
  listedOrigin: string
}

/** Jest's workers inherit the environment of the process that has run globalSetup. */
export const variable = 'LATCHKEY_END_TO_END_RUN'

/** @throws Error outside of a run that has started everything. */
export function running(): EndToEndRun {
  const text = process.env[variable]
  if (!text) throw new Error('Nothing is running: npx jest --selectProjects e2e starts it.')
  return JSON.parse(text) as EndToEndRun
}
