import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'

import { LOCAL_RUN_PATH, OUTBOX_PATH, type LocalRun } from '../../web/src/localRun.ts'
import { linkTo } from './linkTo.ts'
import type { Running } from './running.ts'

/**
 * Lays beside the pages what the demo page asks a local run for: where the emulators and the issuer
 * of attestation tokens are, and the texts.
 * They are files that the Hosting emulator serves, on this machine alone; no code of the service can
 * show a text, and a deployment has no such files.
 */
export function layLocalRun(
  publicFolder: string,
  { projectId, namespace, authEmulatorHost, databaseEmulatorHost, attestIssuerUrl = '' }: Running,
  functionsFolder: string,
): void {
  const params = paramsIn(functionsFolder)
  const outbox = outboxOf(functionsFolder, params)
  const run: LocalRun = {
    projectId,
    namespace,
    authEmulatorHost,
    databaseEmulatorHost,
    hasOutbox: outbox !== undefined,
    attestIssuerUrl,
    enforcesAttestation: params['ATTEST']?.includes('=enforce') ?? false,
  }
  const file = join(publicFolder, LOCAL_RUN_PATH)
  mkdirSync(dirname(file))
  writeFileSync(file, JSON.stringify(run))
  if (outbox !== undefined) linkTo(outbox, join(publicFolder, OUTBOX_PATH), 'file')
}

type Params = Readonly<Record<string, string | undefined>>

/** What this run's function is set up with. */
const paramsIn = (functionsFolder: string): Params =>
  parseEnv(readFileSync(join(functionsFolder, '.env.local'), 'utf8'))

/** The file that texts are written to; undefined when the developer has chosen to send them. */
function outboxOf(functionsFolder: string, params: Params): string | undefined {
  const { SMS_SENDER: sender = 'console', SMS_OUTBOX_FILE: name } = params
  if (sender !== 'console' || name === undefined) return undefined
  const file = resolve(functionsFolder, name)
  mkdirSync(dirname(file), { recursive: true })
  // There before the first text, so that the page never asks for what is not there.
  if (!existsSync(file)) appendFileSync(file, '', { mode: 0o600 })
  return file
}
