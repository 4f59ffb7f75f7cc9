import type { KeyPair } from '../bodyKeys.ts'
import type { Credential } from '../credential.ts'

/** All that an install keeps between two starts of the app. */
export interface Kept {
  /** The app's own, or a random one: a label for this copy of the app, no secret. */
  readonly deviceId: string
  readonly credential?: Credential | undefined
  /** Made by this device for a registration that is under way: what is dropped is of use with it alone. */
  readonly pair?: KeyPair | undefined
  /** How far the server's clock is ahead of this device's. */
  readonly clockOffsetSeconds?: number
}

/** Where an install keeps its key. Most need no more than `textStorage`. */
export interface LatchkeyStorage {
  /** Null when nothing is kept, or nothing that can be understood. */
  read(): Promise<Kept | null>
  /** Replaces all. */
  write(kept: Kept): Promise<void>
  remove(): Promise<void>
  /** It keeps a CryptoKey as it is. Secrets then come as one, and their text is not kept anywhere. */
  readonly holdsKeys?: boolean
  /** The same for all tabs that share this storage: one of them registers, the others find its key. */
  readonly lockName?: string
}
