import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { NAMESPACE } from '../../harness/database.ts'
import { MASTER_SECRETS, type Key } from '../../harness/key.ts'
import { send } from '../../harness/send.ts'
import { signed } from '../../harness/signed.ts'

/** An instance in a process of its own, which shares nothing with others but the database. */
export interface ServerProcess {
  /** `accepted`, or the code of the refusal. */
  outcome(key: Key): Promise<string>
  /** Lets its clock, and with it the caller's, go ahead of the real one. */
  setAhead(ms: number): Promise<void>
  close(): Promise<void>
}

/** @param host of the database, host:port */
export async function startServerProcess(
  host: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = fork(join(__dirname, 'serverProgram.ts'), {
    execArgv: ['--import', 'tsx'],
    env: {
      PATH: process.env['PATH'],
      GCLOUD_PROJECT: 'demo-latchkey',
      FIREBASE_DATABASE_EMULATOR_HOST: host,
      DATABASE_URL: `http://${host}?ns=${NAMESPACE}`,
      DATABASE_DEADLINE_MS: '300',
      MASTER_SECRETS,
      SMS_SECRET: 'unused',
      ...env,
    },
  })
  const [port] = (await once(child, 'message')) as [number]
  let aheadMs = 0
  return {
    outcome: async (key) => {
      const created = Math.floor((Date.now() + aheadMs) / 1000)
      const { status, json } = await send(port, await signed(key, { created }))
      return status === 200 ? 'accepted' : String(json['code'])
    },
    setAhead: async (ms) => {
      aheadMs = ms
      child.send(ms)
      await once(child, 'message')
    },
    close: async () => {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
