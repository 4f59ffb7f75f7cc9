import type { BodyEncryption } from './bodyEncryption.ts'
import type { Credential } from './credential.ts'
import { keyOf } from './credential.ts'
import { withinDeadline } from './deadline.ts'
import { LatchkeyError } from './latchkeyError.ts'
import { makeLock } from './lock.ts'
import type { Register } from './registration.ts'
import type { Kept, LatchkeyStorage } from './storage/storage.ts'
import { randomText } from './webCrypto.ts'

export interface KeyHolderParts {
  readonly storage: LatchkeyStorage
  /** The app's own; a random one is made and kept without it. */
  readonly deviceId: string | undefined
  readonly register: Register
  readonly encryption: BodyEncryption | undefined
  /** For a registration as a whole. */
  readonly deadlineMs: number
  /** Unix milliseconds. */
  readonly clock: () => number
  /** Told of each new key once it is in the storage. */
  readonly onKept: (credential: Credential) => void
}

/** Holds the install's key: in memory, in the storage, and together with the other tabs. */
export interface KeyHolder {
  /** Registers when there is none; calls at the same time share one registration. */
  current(): Promise<Credential>
  /** The key as the storage has it now, once a registration under way has ended; never registers. */
  reread(): Promise<Credential | undefined>
  /**
   * The key instead of one that was refused: another tab's, or by a new registration. Undefined so soon
   * after the last one, which others may still share.
   */
  renew(refused: Credential): Promise<Credential> | undefined
  /** Takes the key that `find` finds. */
  adopt(find: (kept: Kept) => Promise<Credential>, signal: AbortSignal): Promise<Credential>
  /** Drops this key, if it is still the one that is kept. */
  drop(credential: Credential): Promise<void>
  /** Removes all that is kept on this device. */
  forget(): Promise<void>
  clockOffsetSeconds(): Promise<number>
  setClockOffset(seconds: number): void
}

/**
 * A service that refuses each new key, or each registration, must not be asked for one by every call; in ms.
 * A key that an operator revokes twice within a minute was meant to be.
 */
const RENEWAL_PAUSE_MS = 60_000

/** @throws LatchkeyError */
export function makeKeyHolder(parts: KeyHolderParts): KeyHolder {
  const { storage, deviceId, register, encryption, deadlineMs, clock, onKept } = parts
  const exclusively = makeLock(storage.lockName)
  /** What was last read or written. */
  let known: Promise<Kept | null> | undefined
  let obtaining: Promise<Credential> | undefined
  let renewedAt = -Infinity
  /** What the last registration has failed with, and when. */
  let failure: Partial<LatchkeyError> | undefined
  let failedAt = 0
  let offsetSeconds: number | undefined

  /** Either way: a clock that was set back must not make a minute an hour. */
  const isWithin = (ms: number, at: number) => Math.abs(clock() - at) < ms

  const read = (): Promise<Kept | null> => {
    const reading = inStorage(async () => {
      const kept = await storage.read()
      // Of another device ID is of another install.
      if (kept === null || (deviceId !== undefined && kept.deviceId !== deviceId)) return null
      // A key from before the app asked for encryption is as good as none.
      const isGood = !encryption || !kept.credential || encryption.fits(kept.credential)
      return isGood ? kept : { ...kept, credential: undefined }
    })
    known = reading
    // A failure is not remembered: the next call tries again.
    reading.catch(() => (known = undefined))
    return reading
  }

  const write = async (kept: Kept): Promise<void> => {
    await inStorage(() => storage.write(kept))
    known = Promise.resolve(kept)
  }

  /** Where a storage can keep it, the secret's text ends here. */
  const seal = async (credential: Credential): Promise<Credential> =>
    storage.holdsKeys ? { ...credential, secret: await keyOf(credential) } : credential

  const obtain = (refused?: Credential): Promise<Credential> => {
    const work = async (signal: AbortSignal): Promise<Credential> => {
      if (signal.aborted) throw new LatchkeyError('timed_out')
      const kept = await read()
      const found = kept?.credential
      if (found !== undefined && found.keyId !== refused?.keyId) return found
      // Every call of the app would ask again, and `Retry-After` is for all of them.
      if (isWithin((failure?.retryAfterSeconds ?? 0) * 1000, failedAt))
        throw failure as LatchkeyError
      const start = kept ?? { deviceId: deviceId ?? randomText() }
      const place = encryption ? await encryption.prepare(start, storage.holdsKeys) : start
      // Before the first request: whoever is killed from here on finds its drop again.
      if (place !== kept) await write(place)
      const mayHaveDrop = kept !== null || deviceId !== undefined
      const wish = { kept: place, mayHaveDrop, refusedKeyId: refused?.keyId }
      const registering = register(wish, signal).catch((error: unknown) => {
        failure = error as LatchkeyError
        failedAt = clock()
        throw error
      })
      const credential = await seal(await registering)
      // Before its first use, which is when the service removes the drop.
      await write({ ...place, pair: undefined, credential })
      onKept(credential)
      return credential
    }
    obtaining ??= withinDeadline(deadlineMs, (signal) =>
      exclusively(() => work(signal), signal),
    ).finally(() => (obtaining = undefined))
    return obtaining
  }

  /** Changes what is kept, as it is at that time. */
  const change = (make: (kept: Kept) => Kept | Promise<Kept>, signal?: AbortSignal) =>
    exclusively(async () => {
      const kept = await read()
      if (kept !== null) await write(await make(kept))
    }, signal)

  return {
    current: async () => (await (known ?? read()))?.credential ?? obtain(),

    reread: async () => (await exclusively(read))?.credential,

    renew: (refused) => {
      if (obtaining === undefined) {
        if (isWithin(RENEWAL_PAUSE_MS, renewedAt)) return undefined
        renewedAt = clock()
      }
      return obtain(refused)
    },

    adopt: async (find, signal) => {
      let adopted: Credential | undefined
      await change(async (kept) => {
        adopted = await seal(await find(kept))
        return { ...kept, credential: adopted }
      }, signal)
      if (adopted === undefined) throw new LatchkeyError('storage_failed')
      onKept(adopted)
      return adopted
    },

    drop: ({ keyId }) =>
      change(({ credential, ...rest }) =>
        credential === undefined || credential.keyId === keyId ? rest : { ...rest, credential },
      ),

    forget: () =>
      exclusively(async () => {
        await inStorage(() => storage.remove())
        known = Promise.resolve(null)
        offsetSeconds = undefined
      }),

    clockOffsetSeconds: async () =>
      offsetSeconds ?? (await (known ?? read()))?.clockOffsetSeconds ?? 0,

    setClockOffset: (seconds) => {
      offsetSeconds = seconds
      // Not waited for: the call at hand need not, and whoever is killed before learns it again.
      change((kept) => ({ ...kept, clockOffsetSeconds: seconds })).catch(() => undefined)
    },
  }
}

async function inStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new LatchkeyError('storage_failed', { cause })
  }
}
