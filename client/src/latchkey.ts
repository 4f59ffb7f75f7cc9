import { FORMATS, HEADERS } from '@latchkey/protocol'
import type { BodyEncryption } from './bodyEncryption.ts'
import { parseBaseUrl, readCall, textOf, type Call, type CallInit } from './call.ts'
import { parseDroppedCredential, type Credential, type Dropped } from './credential.ts'
import { unlessAborted, withinDeadline } from './deadline.ts'
import { waitForDrop } from './drop.ts'
import type { Firebase } from './firebaseParts.ts'
import { makeKeyHolder } from './keyHolder.ts'
import { LatchkeyError, readError, type LatchkeyErrorCode } from './latchkeyError.ts'
import {
  makeRegister,
  readDropAnswer,
  requireKeys,
  type Accept,
  type Attestation,
  type Progress,
} from './registration.ts'
import { readServerTime } from './serverClock.ts'
import { signCall, type SignedCall } from './signCall.ts'
import { slotOf } from './slot.ts'
import { indexedDbStorage } from './storage/indexedDbStorage.ts'
import { memoryStorage } from './storage/memoryStorage.ts'
import type { LatchkeyStorage } from './storage/storage.ts'

/** What is the same whichever Firebase is used. */
export interface LatchkeySettings {
  /** The service's address, ending in `/api` behind Hosting; a page may give it relative to itself. */
  readonly baseUrl: string
  /** Default: IndexedDB where it opens, else memory, which makes every start a new registration. */
  readonly storage?: LatchkeyStorage
  /** 8-128 characters of `[A-Za-z0-9._:-]`. Default: a random one, kept in the storage. */
  readonly deviceId?: string
  /** Unix milliseconds. Default: the device's clock. */
  readonly clock?: () => number
  /** Default: the runtime's own. */
  readonly fetch?: typeof fetch
  /**
   * Headers that say what calls: App Check's, Approov's, reCAPTCHA's. Asked for before every call.
   * @example async () => ({ 'X-Firebase-AppCheck': (await getToken(appCheck)).token })
   */
  readonly attestation?: Attestation
  /** `deviceKey()` or `serverKey()` of `@latchkey/client/encryption`. Default: bodies are not encrypted. */
  readonly encryption?: BodyEncryption
  /** Told of each step of a registration. */
  readonly onProgress?: (progress: Progress) => void
  /**
   * For a registration or a rotation as a whole, in ms, whatever does not answer. Default: 30,000, as slow
   * networks need.
   */
  readonly deadlineMs?: number
}

/** The public part of an install. */
export interface Registered {
  readonly uid: string
  /** May be shown and logged: the service's operator finds the install by it. */
  readonly keyId: string
}

export interface Latchkey {
  /**
   * Like the runtime's `fetch`, signed. Registers on first use. Sends the call once more after
   * `clock_skew`, with the time that the service told, and after `key_superseded`, `key_dormant` or
   * `key_revoked`, with a new key: these are answers of calls that were not carried out. No other call
   * is ever sent twice. Answers of any status are answers, see `readError`.
   * @param path below the service's address: `/login`; the `/api/login` of its documentation is the same
   * @throws LatchkeyError when there is no key to sign with; what `fetch` throws when the call itself fails
   * @example await latchkey.fetch('/login', { method: 'POST', body: JSON.stringify({ phone, password }) })
   */
  fetch(path: string | URL, init?: CallInit): Promise<Response>
  /**
   * Signs a call for another HTTP client; it is good for one use within five minutes, and what `fetch`
   * does about a refusal is left to the caller.
   * @example const { url, ...call } = await latchkey.sign('/installs/current')
   */
  sign(path: string | URL, init?: CallInit): Promise<SignedCall>
  /** Registers unless there is a key already. The first call does it, too: this one is for a progress bar. */
  register(): Promise<Registered>
  /** Has the key that is kept replaced; the earlier one works until its grace ends. */
  rotate(): Promise<Registered>
  /** Ends the key that is kept, if there is one, and drops it here. The next call registers anew. */
  revoke(): Promise<void>
  /** Removes all that is kept on this device. The key itself goes on: see `revoke`. */
  forget(): Promise<void>
}

/** Refusals after which a new key helps. `key_suspended` is none: that is for the operator to end. */
const RENEWED: ReadonlySet<LatchkeyErrorCode> = new Set([
  'key_superseded',
  'key_dormant',
  'key_revoked',
])

const CURRENT = '/installs/current'

/** @throws TypeError for a faulty option, or when there is no WebCrypto */
export function makeLatchkey(settings: LatchkeySettings, firebase: Firebase): Latchkey {
  const { deviceId, deadlineMs = 30_000, clock = Date.now } = settings
  const { storage = defaultStorage(), fetch = fetchOfRuntime } = settings
  if ((globalThis.crypto as Partial<Crypto> | undefined)?.subtle === undefined) {
    throw new TypeError('no WebCrypto: a page needs https (or localhost), React Native a polyfill')
  }
  if (deviceId !== undefined && !FORMATS.deviceId.test(deviceId)) {
    throw new TypeError('deviceId must be 8 to 128 characters of A-Z a-z 0-9 . _ : -')
  }
  const base = parseBaseUrl(settings.baseUrl)
  const { attestation = unattested, encryption } = settings
  const accept: Accept = async ({ encryption: dropped, ...credential }, kept) => {
    if (encryption === undefined) return credential
    const keys = await encryption.accept(dropped, kept, storage.holdsKeys)
    return keys && { ...credential, encryption: keys }
  }
  const onProgress = (progress: Progress) => {
    try {
      settings.onProgress?.(progress)
    } catch {
      // A fault of what only shows it must not end a registration.
    }
  }
  const baseUrl = textOf(base)
  const register = makeRegister({
    ...{ firebase, baseUrl, fetch, attestation, encryption, accept, onProgress },
  })
  const onKept = ({ uid }: Credential) => onProgress({ step: 'registered', uid })
  const holder = makeKeyHolder({
    ...{ storage, deviceId, register, encryption, deadlineMs, clock, onKept },
  })
  let rotating: Promise<Registered> | undefined

  const deviceSeconds = () => Math.floor(clock() / 1000)

  /** Tokens are asked for anew each time, as one may be good once; and nothing is encrypted twice alike. */
  const signNow = async (
    call: Call,
    credential: Credential,
  ): Promise<{ readonly signed: SignedCall; readonly nonce: string }> => {
    const { apiKey } = credential
    const attested = await attestation({ path: call.target.split('?')[0]!, apiKey })
    const sealed = encryption ? granted(await encryption.seal(call, credential)) : call
    const headers = { ...sealed.headers, ...lowerCase(attested) }
    const created = deviceSeconds() + (await holder.clockOffsetSeconds())
    const { signed, nonce } = await signCall({ ...sealed, headers }, credential, created)
    if (encryption === undefined || sealed === call) return { signed, nonce }
    const open = async (answer: Response) =>
      granted(await encryption.open(answer, credential), answer)
    return { signed: { ...signed, open }, nonce }
  }

  const send = async (call: Call, credential: Credential, init: CallInit) => {
    const { signed, nonce } = await signNow(call, credential)
    const { url, open, ...request } = signed
    // The headers that prove who calls would be sent on to wherever a redirect points.
    const redirect = init.redirect === 'manual' ? 'manual' : 'error'
    // A body without a byte is none, and was not signed.
    const response = await fetch(url, { ...init, body: null, ...request, redirect })
    return { nonce, response: open ? await open(response) : response }
  }

  /** Sends a call; once more when the service has told its time. */
  const attempt = async (call: Call, credential: Credential, init: CallInit = {}) => {
    const { response, nonce } = await send(call, credential, init)
    if ((await refusalOf(response))?.code !== 'clock_skew') return response
    const serverSeconds = await readServerTime(response, credential, nonce)
    if (serverSeconds === undefined) return response
    holder.setClockOffset(serverSeconds - deviceSeconds())
    return (await send(call, credential, init)).response
  }

  /** The key to go on with after a refusal, if there is one. */
  const successorOf = async (refused: Credential, refusal: LatchkeyError) => {
    // Another call, or another tab, may have renewed it meanwhile: that costs no registration.
    const kept = await holder.reread()
    if (kept !== undefined && kept.keyId !== refused.keyId) return kept
    return refusal.mayRegister ? holder.renew(refused) : undefined
  }

  /** Our own signed endpoints; a refusal is an error here. */
  const command = async (credential: Credential, path: string, init: CallInit) => {
    const response = await attempt(await readCall(base, path, init), credential, init)
    if (!response.ok) throw await readError(response)
    return response
  }

  const rotateNow = async (signal: AbortSignal): Promise<Registered> => {
    const old = (await holder.reread()) ?? (await holder.current())
    const { uid } = await unlessAborted(firebase.signIn(), signal)
    // The new key is dropped where only its own user can read it.
    if (uid !== old.uid) throw new LatchkeyError('user_changed')
    const response = await command(old, `${CURRENT}/rotate`, { method: 'POST', signal })
    const { listen } = await readDropAnswer(response, firebase)
    const adopted = await holder.adopt(async (kept) => {
      const path = `users/${uid}/${await slotOf(kept.deviceId)}/credential`
      onProgress({ step: 'waiting_for_key', uid, path })
      const read = (value: unknown) => newerThan(old, value)
      return requireKeys(await accept(await waitForDrop(listen, path, read, signal), kept))
    }, signal)
    return publicPart(adopted)
  }

  return {
    fetch: async (path, init = {}) => {
      const call = await readCall(base, path, init)
      const { signal } = init
      const credential = await unlessAborted(holder.current(), signal)
      const response = await attempt(call, credential, init)
      const refusal = await refusalOf(response)
      if (refusal === undefined || !RENEWED.has(refusal.code)) return response
      const successor = await unlessAborted(successorOf(credential, refusal), signal)
      return successor === undefined ? response : attempt(call, successor, init)
    },
    sign: async (path, init) => {
      const call = await readCall(base, path, init)
      return (await signNow(call, await holder.current())).signed
    },
    register: async () => publicPart(await holder.current()),
    rotate: () =>
      (rotating ??= withinDeadline(deadlineMs, rotateNow).finally(() => (rotating = undefined))),
    revoke: async () => {
      const credential = await holder.reread()
      if (credential === undefined) return
      try {
        await command(credential, CURRENT, { method: 'DELETE' })
      } catch (error) {
        if ((error as LatchkeyError | undefined)?.code !== 'key_revoked') throw error
      }
      await holder.drop(credential)
    },
    forget: () => holder.forget(),
  }
}

const publicPart = ({ uid, keyId }: Credential): Registered => ({ uid, keyId })

function newerThan(old: Credential, value: unknown): Dropped | undefined {
  const dropped = parseDroppedCredential(old.uid, value)
  return dropped?.keyId === old.keyId ? undefined : dropped
}

/** @throws LatchkeyError in place of a code */
function granted<T extends object>(outcome: T | LatchkeyErrorCode, answer?: Response): T {
  if (typeof outcome !== 'string') return outcome
  const requestId = answer?.headers.get(HEADERS.requestId) ?? undefined
  throw new LatchkeyError(outcome, { status: answer?.status, requestId })
}

const unattested: Attestation = () => ({})

/** A header that is there in two spellings is there twice. */
const lowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Only a 401 can be a reason to call again. */
async function refusalOf(response: Response): Promise<LatchkeyError | undefined> {
  return response.status === 401 ? readError(response) : undefined
}

/** IndexedDB can be there and not open, as in a frame without an origin: the first look at it decides. */
function defaultStorage(): LatchkeyStorage {
  const memory = memoryStorage()
  if (!globalThis.indexedDB) return memory
  const disk = indexedDbStorage()
  let chosen: Promise<LatchkeyStorage> | undefined
  const choose = () =>
    (chosen ??= disk.read().then(
      () => disk,
      () => memory,
    ))
  return {
    ...disk,
    read: async () => (await choose()).read(),
    write: async (kept) => (await choose()).write(kept),
    remove: async () => (await choose()).remove(),
  }
}

/** Looked up at each call, so that what an app puts in its place (for tests, or tracing) is used. */
const fetchOfRuntime: typeof fetch = (input, init) => globalThis.fetch(input, init)
