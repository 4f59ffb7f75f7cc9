import { startDatabase, type TestDatabase } from '../../functions/harness/database.ts'
import { startInstance, type Instance } from '../../functions/harness/instance.ts'
import type { Received } from '../../functions/harness/send.ts'
import type { Outgoing } from '../../functions/harness/signed.ts'
import type { Config } from '../../../functions/src/config.ts'
import { slotOf } from '../../../functions/src/installs/slot.ts'
import { compareWithDocument } from '../harness/conformance.ts'
import { running } from '../harness/running.ts'

/** A user of the Auth emulator. */
export interface User {
  readonly uid: string
  readonly idToken: string
}

/** What the app finds in its slot. */
export interface Slot {
  readonly otp?: { readonly code: string }
  readonly credential?: {
    readonly apiKey: string
    readonly hmacSecret: string
    readonly keyId: string
  }
}

/** A service on a database of its own with a clock of its own, and the run's real Auth emulator. */
export interface World extends TestDatabase {
  readonly instance: Instance
  signUp(): Promise<User>
  /** `POST /api/installs` with exactly this body. */
  post(body: unknown, idToken?: string): Promise<Received>
  slot(uid: string, deviceId: string): Slot
  close(): Promise<void>
}

/** @param settings other than the defaults */
export async function startWorld(settings: Partial<Config> = {}): Promise<World> {
  const { authEmulatorHost } = running()
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = authEmulatorHost
  const base = await startDatabase({ installs: 0 })
  const started = await startInstance(base, {
    registrationsPerMinutePerIp: 1_000_000,
    ownerRegistrationsPerMinute: 1_000_000,
    strangerRegistrationsPerMinute: 1_000_000,
    requestsPerMinutePerInstall: 1_000_000,
    ...settings,
  })
  const instance: Instance = {
    ...started,
    send: async (request) => {
      const received = await started.send(request)
      compare(request, received)
      return received
    },
  }
  return {
    ...base,
    instance,
    signUp: async () => {
      const response = await fetch(
        `http://${authEmulatorHost}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=demo`,
        {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{"returnSecureToken":true}',
        },
      )
      const { localId: uid, idToken } = (await response.json()) as {
        localId: string
        idToken: string
      }
      return { uid, idToken }
    },
    post: (body, idToken) =>
      instance.send({
        method: 'POST',
        target: '/api/installs',
        headers: {
          'content-type': 'application/json',
          ...(idToken !== undefined && { authorization: `Bearer ${idToken}` }),
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    slot: (uid, deviceId) => base.data()['users']?.[uid]?.[slotOf(deviceId)] ?? {},
    close: async () => {
      await instance.close()
      await base.close()
    },
  }
}

/** These requests do not go by `fetch`, whose answers are compared as they come. */
function compare({ method = 'GET', target = '' }: Partial<Outgoing>, received: Received): void {
  const { status, headers, text } = received
  const path = target.split('?')[0]!
  const header = (name: string) => headers[name.toLowerCase()]?.toString() ?? null
  compareWithDocument({ method, path, status, header, text })
}
