import type { Config } from '../../../../functions/src/config.ts'
import type { Upstream, UpstreamSecret } from '../../../../functions/src/gateway/upstream.ts'
import { rowOf, seconds, startDatabase, type TestDatabase } from '../../harness/database.ts'
import { startInstance, type Instance } from '../../harness/instance.ts'
import { keyOf } from '../../harness/key.ts'
import type { Received } from '../../harness/send.ts'
import { signed, type ToSign } from '../../harness/signed.ts'

/** A service with upstreams, and installs that may call them. */
export interface BehindGateway {
  readonly database: TestDatabase
  readonly instance: Instance
  /** Signed by the n-th install; `headers` are those that no signature covers. */
  call(target: string, more?: Partial<ToSign>, headers?: Headers, n?: number): Promise<Received>
  close(): Promise<void>
}

type Headers = Readonly<Record<string, string>>

export const SECRET = 'upstream-secret-0123456789'

/** As it is declared, with the test's secret. */
export const secretIn = (goes: UpstreamSecret['goes']): UpstreamSecret => ({
  param: { name: 'TEST_SECRET', value: () => SECRET },
  goes,
})

export const INSTALLS = 8

/** Starts it; every install has the scope of every upstream. */
export async function startBehindGateway(
  upstreams: readonly Upstream[],
  settings: Partial<Config> = {},
): Promise<BehindGateway> {
  const database = await startDatabase({ installs: INSTALLS })
  const scopes = Object.fromEntries(upstreams.map(({ name }) => [`proxy:${name}`, true]))
  const rows = Array.from({ length: INSTALLS }, (_, n) => keyOf(n)).map((key) => [
    key.keyId,
    { ...rowOf(key, database.clock), scopes },
  ])
  database.seed('installs', Object.fromEntries(rows))
  const instance = await startInstance(
    database,
    { isEmulated: true, requestsPerMinutePerInstall: 1_000_000, ...settings },
    [],
    upstreams,
  )
  return {
    database,
    instance,
    call: async (target, more = {}, headers = {}, n = 0) => {
      const request = await signed(keyOf(n), { target, created: seconds(database.clock), ...more })
      return instance.send({ ...request, headers: { ...request.headers, ...headers } })
    },
    close: async () => {
      await instance.close()
      await database.close()
    },
  }
}
