import { mkdirSync, readdirSync, rmSync } from 'node:fs'

import { issuerKeys } from '../../../scripts/attest/issuerKeys.ts'
import { localApproovJwk } from '../../../scripts/attest/mint.ts'
import { inCheckout } from '../../../scripts/local/checkout.ts'
import { isAlive } from '../../../scripts/local/lock.ts'
import { loopbackEnv } from '../../../scripts/local/loopbackEnv.ts'
import { randomSecrets, secretIn } from '../../../scripts/local/secrets.ts'
import { anyFreePort, anyFreePorts } from '../../../scripts/local/ports.ts'
import { startStack } from '../../../scripts/local/stack.ts'
import { variable, type EndToEndRun } from './running.ts'
import { keepForTeardown } from './started.ts'

/** Tests call far more often than one client address and one key would; limits have tests of their own. */
const params = {
  REQUESTS_PER_MINUTE_PER_INSTALL: '1000000',
  REGISTRATIONS_PER_MINUTE_PER_IP: '1000000',
  STRANGER_REGISTRATIONS_PER_SECOND: '1000000',
  SMS_PER_INSTALL_HOUR: '1000000',
  SMS_PER_PREFIX_HOUR: '1000000',
  SMS_PER_ADDRESS_HOUR: '1000000',
  UNVERIFIED_PER_ADDRESS_MAX: '1000000',
  UNVERIFIED_PER_COUNTRY_MAX: '1000000',
  // As short as they go, so that a journey of several texts takes seconds.
  SMS_COOLDOWN_SECONDS: '1',
  SILENT_ANSWER_MS: '300',
  // Counts come to the database while a test waits for them.
  USAGE_FLUSH_SECONDS: '1',
  BEHAVIOUR: 'enforce',
  // Protection is on: whoever calls these here brings a token, as a genuine app does.
  ATTEST: 'open=observe,proxy=enforce,/api/resend_otp=enforce',
  ATTEST_ONCE: '/api/resend_otp',
}

/**
 * Starts everything once for the whole run, on ports, with secrets and in folders of its own, so that a
 * developer's `npm start` in the same checkout is not disturbed.
 */
export default async function globalSetup(): Promise<void> {
  // The SDKs obey HTTP_PROXY even for loopback, and the workers inherit what is left here.
  const env = loopbackEnv()
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]

  const secrets = randomSecrets()
  const keys = issuerKeys(secrets)
  const logFile = freshFile('log')
  const outboxFile = freshFile('outbox.jsonl')
  const ports = await anyFreePorts()
  const listedOrigin = `http://127.0.0.1:${await anyFreePort(new Set(Object.values(ports)))}`
  const stack = await startStack({
    ports,
    secrets,
    issuerKeys: keys,
    params: {
      ...params,
      SMS_OUTBOX_FILE: outboxFile,
      ALLOWED_ORIGINS: listedOrigin,
      // Approov's account signs with RS256; of HS256 the service's own tests have enough.
      APPROOV_JWK: localApproovJwk(keys),
    },
    logFile,
    onProgress: () => undefined,
  })
  keepForTeardown(stack)
  const run: EndToEndRun = {
    ...stack.running,
    masterSecrets: secretIn(secrets, 'MASTER_SECRETS'),
    upstreamSecrets: ['WEATHER_API_KEY', 'PAYMENTS_API_TOKEN'].map((name) =>
      secretIn(secrets, name),
    ),
    logFile,
    outboxFile,
    issuerKeys: keys,
    listedOrigin,
  }
  process.env[variable] = JSON.stringify(run)
}

/** Named by process, since two runs may be under way; the files of those that have ended go. */
function freshFile(ending: string): string {
  const folder = inCheckout('.local')
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    const pid = /^e2e-(\d+)\./.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(inCheckout('.local', name), { force: true })
  }
  return inCheckout(`.local/e2e-${process.pid}.${ending}`)
}
