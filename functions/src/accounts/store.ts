import { increment, type Database } from '../database.ts'
import { hourOf } from '../installs/store.ts'
import type { Purpose } from './accountKeys.ts'
import type { Provenance } from './budgets.ts'

/** An account at `accounts/{accountId}`. Times are Unix milliseconds. */
export interface Account {
  /** Of Firebase Auth; stable, and says nothing about the number. */
  readonly uid: string
  readonly state: 'pending' | 'verified'
  readonly createdAt: number
  /** While it is pending: when its latest code was made. The sweep finds it by that. */
  readonly pendingSince?: number
  /** PHC string of argon2id; since the verification. */
  readonly passwordHash?: string
  readonly verifiedAt?: number
}

/** A code under way at `codes/{keyId}-{purpose}-{accountId}`: one per install, purpose and account. */
export interface Code {
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly masterVersion: number
  readonly sentIn: Provenance
  /** Of a sign-up: the password that counts once the code has come back from this install. */
  readonly passwordHash?: string
  /** Its own ID, once it has been used. */
  readonly claimed?: string
}

/** Which code: the rules tie it to its install, so no other can use it up or guess at it. */
export interface CodePlace {
  readonly keyId: string
  readonly purpose: Purpose
  readonly accountId: string
}

/** All that accounts read and write. */
export interface AccountStore {
  read(accountId: string): Promise<Account | null>
  readCode(place: CodePlace): Promise<Code | null>
  putCode(place: CodePlace, code: Code): Promise<void>
  /**
   * Writes the code of a sign-up, and with it the pending account; one that is there is kept from the
   * sweep for as long as this code lives.
   * @param found the account as it was read
   * @param uid for a new one
   */
  putSignUp(place: CodePlace, code: Code, found: Account | null, uid: string): Promise<void>
  /** Counts a guess; false when there is no live code or no guess left. Reads nothing. */
  countGuess(place: CodePlace, nowMs: number): Promise<boolean>
  /** Uses the code up and sets the password; false when the code or the account has changed. */
  claimCode(place: CodePlace, claim: CodeClaim): Promise<boolean>
  /**
   * Counts a try to log in; false when there are too many.
   * @param install the keyed hash of its place
   */
  countLogin(accountId: string, install: string, nowMs: number): Promise<boolean>
}

export interface CodeClaim {
  readonly codeId: string
  readonly passwordHash: string
  readonly nowMs: number
  /** Updates that are part of the same write. */
  readonly counted: Readonly<Record<string, unknown>>
}

export function makeAccountStore(database: Database): AccountStore {
  const putCode = async (place: CodePlace, code: Code): Promise<void> => {
    // Nothing forbids a new code; should it be refused all the same, no text must go out for it.
    if (!(await database.write(written(place, code))))
      throw new Error('the rules refused a new code')
  }

  return {
    read: async (accountId) => (await database.read(`accounts/${accountId}`)) as Account | null,

    readCode: async (place) => (await database.read(codePath(place))) as Code | null,

    putCode,

    putSignUp: async (place, code, found, uid) => {
      const path = `accounts/${place.accountId}`
      const { createdAt } = code
      const made = { [path]: { uid, state: 'pending', createdAt, pendingSince: createdAt } }
      const kept = { [`${path}/pendingSince`]: createdAt }
      if (found?.state === 'verified') return putCode(place, code)
      // Meanwhile another sign-up may have made the account, or the sweep may have removed it; or it
      // has been verified, and only the code is new.
      for (const account of found === null ? [made, kept] : [kept, made]) {
        if (await database.write({ ...written(place, code), ...account })) return
      }
      await putCode(place, code)
    },

    countGuess: (place, nowMs) =>
      database.write({
        [`${codePath(place)}/guesses`]: increment(1),
        // A new code begins at none, but not this: five an hour, however many codes were sent.
        [`guesses/${hourOf(nowMs)}/${codeName(place)}`]: increment(1),
      }),

    claimCode: (place, { codeId, passwordHash, nowMs, counted }) => {
      const account = `accounts/${place.accountId}`
      const verifying = place.purpose === 'verify'
      return database.write({
        [`${codePath(place)}/claimed`]: codeId,
        [`${account}/passwordHash`]: passwordHash,
        [`${account}/passwordBy`]: codeName(place),
        ...(verifying && {
          [`${account}/state`]: 'verified',
          [`${account}/verifiedAt`]: nowMs,
          [`${account}/pendingSince`]: null,
        }),
        ...counted,
      })
    },

    countLogin: (accountId, install, nowMs) => {
      const hour = hourOf(nowMs)
      return database.write({
        [`logins/${hour}/account/${accountId}`]: increment(1),
        [`logins/${hour}/install/${install}`]: increment(1),
      })
    },
  }
}

const codeName = ({ keyId, purpose, accountId }: CodePlace): string =>
  `${keyId}-${purpose}-${accountId}`

const codePath = (place: CodePlace): string => `codes/${codeName(place)}`

const written = (place: CodePlace, code: Code) => ({ [codePath(place)]: { ...code, guesses: 0 } })
