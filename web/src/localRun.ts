/**
 * What a local run tells this page: `/local/running.json`, a file that `npm start` lays beside the page
 * and that no deployment has.
 */
export interface LocalRun {
  readonly projectId: string
  /** The database's name, as every side of the run uses it. */
  readonly namespace: string
  /** host:port */
  readonly authEmulatorHost: string
  /** host:port */
  readonly databaseEmulatorHost: string
  /** Texts are written to `/local/outbox.txt` instead of being sent. */
  readonly hasOutbox: boolean
  /** The local issuer of attestation tokens. */
  readonly attestIssuerUrl: string
  /** Whether any route refuses callers that bring no token. */
  readonly enforcesAttestation: boolean
}

/** Below the page's own folder. */
export const LOCAL_RUN_PATH = 'local/running.json'
export const OUTBOX_PATH = 'local/outbox.txt'
