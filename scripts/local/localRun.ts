import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'

import { LOCAL_RUN_PATH, OUTBOX_PATH, type LocalRun } from '../../web/src/localRun.ts'
import { linkTo } from './linkTo.ts'
import type { Running } from './running.ts'

/**
 * Lays beside the pages what the demo page asks a local run for: where the emulators are, and the texts.
 * They are files that the Hosting emulator serves, on this machine alone; no code of the service can
 * show a text, and a deployment has no such files.
 */
export function layLocalRun(
  publicFolder: string,
  { projectId, namespace, authEmulatorHost, databaseEmulatorHost }: Running,
  functionsFolder: string,
): void {
  const outbox = outboxOf(functionsFolder)
  const run: LocalRun = {
    projectId,
    namespace,
    authEmulatorHost,
    databaseEmulatorHost,
    hasOutbox: outbox !== undefined,
  }
  const file = join(publicFolder, LOCAL_RUN_PATH)
  mkdirSync(dirname(file))
  writeFileSync(file, JSON.stringify(run))
  if (outbox !== undefined) linkTo(outbox, join(publicFolder, OUTBOX_PATH), 'file')
}

/** The file that texts are written to; undefined when the developer has chosen to send them. */
function outboxOf(functionsFolder: string): string | undefined {
  const { SMS_SENDER: sender = 'console', SMS_OUTBOX_FILE: name } = parseEnv(
    readFileSync(join(functionsFolder, '.env.local'), 'utf8'),
  )
  if (sender !== 'console' || name === undefined) return undefined
  const file = resolve(functionsFolder, name)
  mkdirSync(dirname(file), { recursive: true })
  // There before the first text, so that the page never asks for what is not there.
  if (!existsSync(file)) appendFileSync(file, '', { mode: 0o600 })
  return file
}
