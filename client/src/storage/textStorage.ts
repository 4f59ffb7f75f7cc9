import { FORMATS } from '@latchkey/protocol'
import { parseCredential } from '../credential.ts'
import type { Kept, LatchkeyStorage } from './storage.ts'

/** A place for one text: an entry of the Keychain, of the Keystore or of `localStorage`. */
export interface TextPlace {
  get(): Promise<string | null | undefined> | string | null | undefined
  set(text: string): Promise<unknown> | void
  remove(): Promise<unknown> | void
  /** Only for a place that several tabs share. */
  readonly lockName?: string
}

/**
 * Keeps the install's key in a place for a text, which must be one that no other app can read.
 * @example textStorage({
 *   get: () => SecureStore.getItemAsync('latchkey'),
 *   set: (text) => SecureStore.setItemAsync('latchkey', text),
 *   remove: () => SecureStore.deleteItemAsync('latchkey'),
 * })
 */
export function textStorage(place: TextPlace): LatchkeyStorage {
  return {
    read: async () => parseKept((await place.get()) ?? ''),
    write: async (kept) => void (await place.set(JSON.stringify(kept))),
    remove: async () => void (await place.remove()),
    ...(place.lockName !== undefined && { lockName: place.lockName }),
  }
}

/** What was damaged, or written by another version, is as good as nothing: the install registers anew. */
function parseKept(text: string): Kept | null {
  try {
    const { deviceId, credential, pair, clockOffsetSeconds } = JSON.parse(text) as Partial<Kept>
    if (!FORMATS.deviceId.test(deviceId ?? '')) return null
    const { uid = '', apiKey = '', secret = '', encryption } = credential ?? {}
    const parsed = typeof secret === 'string' ? parseCredential(uid, apiKey, secret) : undefined
    return {
      deviceId: deviceId!,
      // The keys of encryption are looked at by what uses them.
      ...(parsed && { credential: { ...parsed, ...(encryption && { encryption }) } }),
      ...(pair && { pair }),
      ...(Number.isSafeInteger(clockOffsetSeconds) && { clockOffsetSeconds: clockOffsetSeconds! }),
    }
  } catch {
    return null
  }
}
