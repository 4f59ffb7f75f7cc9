import { FORMATS } from '@latchkey/protocol'
import type { BodyEncryption } from './bodyEncryption.ts'
import { parseDroppedCredential, type Credential, type Dropped } from './credential.ts'
import { unlessAborted } from './deadline.ts'
import { waitForDrop } from './drop.ts'
import type { Listen, Firebase } from './firebaseParts.ts'
import { LatchkeyError, readError } from './latchkeyError.ts'
import { REQUESTED_WITH } from './requestedWith.ts'
import { slotOf } from './slot.ts'
import type { Kept } from './storage/storage.ts'

/** Where a registration is. `looking`: whether a key of an earlier try waits. */
export type Step =
  | 'signing_in'
  | 'looking'
  | 'asking'
  | 'waiting_for_code'
  | 'sending_code'
  | 'waiting_for_key'
  | 'registered'

/** For a progress bar or a log: no secret is in it. */
export interface Progress {
  readonly step: Step
  readonly uid?: string
  /** Where in the database the step listens. */
  readonly path?: string
}

/** @param call `path` below the service's address, and for signed calls the key that a token can be bound to */
export type Attestation = (call: {
  readonly path: string
  readonly apiKey?: string
}) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>

export interface RegistrationParts {
  readonly firebase: Firebase
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly attestation: Attestation
  readonly encryption: BodyEncryption | undefined
  readonly accept: Accept
  readonly onProgress: (progress: Progress) => void
}

/** Makes the install's key of what was dropped; undefined when that lacks what it is to be encrypted with. */
export type Accept = (dropped: Dropped, kept: Kept) => Promise<Credential | undefined>

export interface RegistrationWish {
  readonly kept: Kept
  /** An earlier try may have got as far as the drop. */
  readonly mayHaveDrop: boolean
  /** A key that was refused: its drop, should it still be there, is not taken. */
  readonly refusedKeyId?: string | undefined
}

/**
 * Gets a key for this install. It may be killed at any point: the next call goes on from there. Soon after the
 * signal it has ended, whatever the app's own functions do: others wait for the lock that it holds.
 */
export type Register = (wish: RegistrationWish, signal: AbortSignal) => Promise<Credential>

/** A code runs out after a minute, or another copy of the app was faster: then once more. */
const TRIES = 2

/** @throws LatchkeyError */
export function makeRegister(parts: RegistrationParts): Register {
  const { firebase, encryption, accept, onProgress } = parts
  return async ({ kept, mayHaveDrop, refusedKeyId }, signal) => {
    const { deviceId } = kept
    onProgress({ step: 'signing_in' })
    const { uid, idToken } = await unlessAborted(firebase.signIn(), signal)
    // Where the service chooses the database, its first answer names it.
    let listen = firebase.listenAt(undefined)
    const slotPath = `users/${uid}/${await slotOf(deviceId)}`
    const keyPath = `${slotPath}/credential`
    const codePath = `${slotPath}/otp`
    const readKey = (value: unknown) => {
      const dropped = parseDroppedCredential(uid, value)
      return dropped?.keyId === refusedKeyId ? undefined : dropped
    }
    const wait = <T>(step: Step, path: string, read: (value: unknown) => T | undefined) => {
      onProgress({ step, uid, path })
      return waitForDrop(listen!, path, read, signal)
    }
    const ask = async (step: Step, otp?: string) => {
      onProgress({ step, uid })
      // Not before the code shows that this app asks: anybody can begin in anybody's name.
      const wish = otp && encryption?.wishOf(kept)
      const body = { deviceId, uid, otp, encryption: wish }
      const answer = await unlessAborted(postInstall(parts, idToken, body, signal), signal)
      listen = answer.listen
      return answer.drop
    }
    const look = async () => {
      const [found] = await wait('looking', keyPath, (value) => [readKey(value)])
      return found && accept(found, kept)
    }

    for (let tries = 1; ; tries += 1) {
      const isKnown = listen !== undefined
      const mayFind = mayHaveDrop || tries > 1
      const early = isKnown && mayFind ? await look() : undefined
      if (early !== undefined) return early
      try {
        const drop = await ask('asking')
        const late = !isKnown && mayFind ? await look() : undefined
        if (late !== undefined) return late
        if (drop === 'otp') {
          await ask('sending_code', await wait('waiting_for_code', codePath, readCode))
        }
        return requireKeys(await accept(await wait('waiting_for_key', keyPath, readKey), kept))
      } catch (error) {
        const isRejected = error instanceof LatchkeyError && error.code === 'otp_rejected'
        if (!isRejected || tries === TRIES) throw error
      }
    }
  }
}

/** @throws LatchkeyError `encryption_refused` */
export function requireKeys(credential: Credential | undefined): Credential {
  if (credential === undefined) throw new LatchkeyError('encryption_refused')
  return credential
}

function readCode(value: unknown): string | undefined {
  const { code } = (value ?? {}) as Record<string, unknown>
  return typeof code === 'string' && FORMATS.otp.test(code) ? code : undefined
}

/** `POST /api/installs`. */
async function postInstall(
  { firebase, baseUrl, fetch, attestation }: RegistrationParts,
  idToken: string,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<DropAnswer> {
  const attested = await attestation({ path: '/installs' })
  const response = await fetch(`${baseUrl}/installs`, {
    method: 'POST',
    headers: {
      ...REQUESTED_WITH,
      ...attested,
      'Content-Type': 'application/json',
      Authorization: `Bearer ${idToken}`,
    },
    body: JSON.stringify(body),
    // Whoever it points to would be sent the ID token.
    redirect: 'error',
    signal,
  }).catch((cause: unknown) => {
    throw new LatchkeyError('unreachable', { cause })
  })
  if (!response.ok) throw await readError(response)
  return readDropAnswer(response, firebase)
}

export interface DropAnswer {
  readonly drop: 'otp' | 'credential'
  readonly listen: Listen
}

/**
 * What the service says it has dropped, and where.
 * @throws LatchkeyError `bad_answer`
 */
export async function readDropAnswer(response: Response, firebase: Firebase): Promise<DropAnswer> {
  const answer = (await response.json().catch(() => null)) as Record<string, unknown> | null
  const drop = answer?.['drop']
  if (drop === 'otp' || drop === 'credential') {
    const listen = firebase.listenAt(answer!['databaseUrl'])
    if (listen !== undefined) return { drop, listen }
  }
  throw new LatchkeyError('bad_answer', { status: response.status })
}
