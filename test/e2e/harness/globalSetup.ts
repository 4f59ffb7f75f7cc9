import { mkdirSync, readdirSync, rmSync } from 'node:fs'

import { inCheckout } from '../../../scripts/local/checkout.ts'
import { isAlive } from '../../../scripts/local/lock.ts'
import { loopbackEnv } from '../../../scripts/local/loopbackEnv.ts'
import { randomMasterSecret } from '../../../scripts/local/masterSecret.ts'
import { anyFreePorts } from '../../../scripts/local/ports.ts'
import { startStack } from '../../../scripts/local/stack.ts'
import { variable, type EndToEndRun } from './running.ts'
import { keepForTeardown } from './started.ts'

/** Tests call far more often than one client address and one key would; limits have tests of their own. */
const params = {
  REQUESTS_PER_MINUTE_PER_INSTALL: '1000000',
  REGISTRATIONS_PER_MINUTE_PER_IP: '1000000',
}

/**
 * Starts everything once for the whole run, on ports, with secrets and in folders of its own, so that a
 * developer's `npm start` in the same checkout is not disturbed.
 */
export default async function globalSetup(): Promise<void> {
  // The SDKs obey HTTP_PROXY even for loopback, and the workers inherit what is left here.
  const env = loopbackEnv()
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]

  const secrets = randomMasterSecret()
  const logFile = freshLogFile()
  const stack = await startStack({
    ports: await anyFreePorts(),
    secrets,
    params,
    logFile,
    onProgress: () => undefined,
  })
  keepForTeardown(stack)
  const run: EndToEndRun = {
    ...stack.running,
    masterSecrets: secrets.slice(secrets.indexOf('=') + 1).trim(),
    logFile,
  }
  process.env[variable] = JSON.stringify(run)
}

/** Named by process, since two runs may be under way; the logs of those that have ended go. */
function freshLogFile(): string {
  const folder = inCheckout('.local')
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    const pid = /^e2e-(\d+)\.log$/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(inCheckout('.local', name), { force: true })
  }
  return inCheckout(`.local/e2e-${process.pid}.log`)
}
