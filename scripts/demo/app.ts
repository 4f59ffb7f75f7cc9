import { createHash, randomUUID } from 'node:crypto'

import { parseHmacSecret } from '@latchkey/protocol'
import { signInAnonymously } from 'firebase/auth'
import { get, ref } from 'firebase/database'

import { connectFirebase } from '../local/firebaseApp.ts'
import type { Running } from '../local/running.ts'
import { signedHeaders, type CallToSign } from '../local/signedHeaders.ts'

/** What the service drops for an install. */
export interface Credential {
  readonly apiKey: string
  /** base64url of 32 bytes. */
  readonly hmacSecret: string
  readonly keyId: string
}

/** A request as it goes over the wire, so that an attacker can be played with it. */
export interface SignedCall {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** One installation of the app, signed in anonymously. */
export interface App {
  readonly uid: string
  /** `users/{uid}/{slot}`: the only place of the database that it can read. */
  readonly slotPath: string
  /** Reads what the database has at a path. @throws Error `Permission denied` */
  read(path: string): Promise<unknown>
  /** Step 1 without `otp`, step 2 with it, and with what is asked for then. */
  register(otp?: string, more?: object): Promise<Response>
  sign(credential: Credential, call: CallToSign): Promise<SignedCall>
  close(): Promise<void>
}

/** What a mobile app does, with the same SDK: the real one's code differs only in its addresses. */
export async function startApp(running: Running): Promise<App> {
  const { apiBaseUrl } = running
  const attested = attestationFrom(running)
  const { auth, database, close } = connectFirebase(running, randomUUID())
  const { user } = await signInAnonymously(auth)
  const deviceId = randomUUID()
  const slot = createHash('sha256').update(deviceId).digest('base64url').slice(0, 22)

  return {
    uid: user.uid,
    slotPath: `users/${user.uid}/${slot}`,
    read: async (path) => (await get(ref(database, path))).val() as unknown,
    register: async (otp, more) =>
      fetch(`${apiBaseUrl}/installs`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${await user.getIdToken()}`,
          ...(await attested()),
        },
        body: JSON.stringify({ deviceId, uid: user.uid, otp, ...more }),
      }),
    sign: async ({ apiKey, hmacSecret }, { method, path, body, contentType, created }) => {
      const secret = parseHmacSecret(hmacSecret)
      if (secret === null) throw new TypeError('the HMAC secret is malformed')
      const headers = await signedHeaders(
        { apiKey, secret },
        {
          ...{ method, path, body, contentType, created },
        },
      )
      return {
        url: apiBaseUrl + path,
        method,
        headers: { ...headers, ...(await attested()) },
        ...(body !== undefined && { body }),
      }
    },
    close,
  }
}

/** A token of the local issuer for each call: it may be good once. Nobody looks at it unless ATTEST says so. */
const attestationFrom =
  ({ attestIssuerUrl }: Running) =>
  async (): Promise<Readonly<Record<string, string>>> => {
    if (attestIssuerUrl === undefined) return {}
    const answer = await fetch(`${attestIssuerUrl}/token/app-check`)
    if (!answer.ok) throw new Error(`The issuer of attestation tokens answers ${answer.status}.`)
    return { 'X-Firebase-AppCheck': await answer.text() }
  }
