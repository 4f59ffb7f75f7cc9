import type { BodyKeys } from './bodyKeys.ts'
import type { Call } from './call.ts'
import type { Credential } from './credential.ts'
import type { LatchkeyErrorCode } from './latchkeyError.ts'
import type { Kept } from './storage/storage.ts'

/**
 * Encrypts bodies: what `deviceKey()` and `serverKey()` make. It stands apart from the SDK, which calls it
 * and does not load it; it has no errors of its own, and answers with their code.
 */
export interface BodyEncryption {
  /** Adds what must be kept before the service is asked. */
  prepare(kept: Kept, holdsKeys: boolean | undefined): Promise<Kept>
  /** What a registration asks the service for. */
  wishOf(kept: Kept): unknown
  /** What is kept of what was dropped; undefined when that is not what was asked for. */
  accept(
    dropped: unknown,
    kept: Kept,
    holdsKeys: boolean | undefined,
  ): Promise<BodyKeys | undefined>
  /** Whether a key that is kept was registered with this. */
  fits(credential: Credential): boolean
  /** Encrypts a call; the call itself when it goes to where bodies never are: to a third party, for example. */
  seal(call: Call, credential: Credential): Promise<Call | LatchkeyErrorCode>
  /** Decrypts the answer to an encrypted call. */
  open(answer: Response, credential: Credential): Promise<Response | LatchkeyErrorCode>
}
