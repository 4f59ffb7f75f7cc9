import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import type { Database } from '../database.ts'
import type { AddressOf } from '../http/clientAddress.ts'
import type { Identity } from '../identity.ts'
import type { Keyring } from '../installs/keyring.ts'
import type { Log } from '../log.ts'
import { makeAccountKeys } from './accountKeys.ts'
import { makeAccounts } from './accounts.ts'
import { makeArgon2Threads } from './argon2Threads.ts'
import { makeBudgets } from './budgets.ts'
import { makeAccountHandlers, type AccountCall } from './handlers.ts'
import { makeOnce } from './idempotency.ts'
import { smsLimits } from './limits.ts'
import type { PasswordLine } from './passwordLine.ts'
import { makePasswords } from './passwords.ts'
import { makeSmsSender } from './sms/makeSmsSender.ts'
import { parseSmsSettings } from './sms/smsSettings.ts'
import { makeAccountStore } from './store.ts'
import { makeTexts } from './texts.ts'
import type { Unseen } from './unseen.ts'

export interface AccountsEnvironment {
  readonly config: Config
  readonly addressOf: AddressOf
  readonly database: Database
  readonly identity: Identity
  readonly keyring: Keyring
  readonly passwordLine: PasswordLine
  readonly unseen: Unseen
  readonly newId: () => string
  readonly onCall: (keyId: string, call: AccountCall) => void
  readonly now: () => number
  readonly log: Log
}

export type AccountHandlers = ReturnType<typeof makeAccountHandlers>

/** Joins the parts of the protected endpoints. Loaded by their first request. */
export function buildAccounts(environment: AccountsEnvironment): AccountHandlers {
  const { config, database, identity, keyring, passwordLine, unseen, newId, onCall, now, log } =
    environment
  /** These name the param that is wrong: of any other error only its frames are logged. */
  const told = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      if (error instanceof TypeError) log({ event: 'settings_wrong', hint: error.message })
      throw error
    }
  }
  const keys = told(() => makeAccountKeys(keyring, config.accountMasterVersion))
  const smsSettings = told(() => parseSmsSettings(config.smsParams()))
  const sender = makeSmsSender(smsSettings, {
    isEmulated: config.isEmulated,
    deadlineMs: config.smsDeadlineMs,
    now,
    // The console sender's own line, which is meant to be read in the terminal.
    print: (line) => console.info(line),
  })
  const accounts = makeAccounts({
    store: makeAccountStore(database),
    keys,
    budgets: makeBudgets({ database, keys, limits: smsLimits(config), settings: config }),
    passwords: makePasswords({ line: passwordLine, argon2: makeArgon2Threads() }),
    texts: makeTexts({ sender, log, appName: config.appName }),
    identity,
    newId,
    newUid: () => randomBytes(16).toString('base64url'),
    now,
  })
  return makeAccountHandlers({
    accounts,
    once: makeOnce({ database, keys, now }),
    unseen,
    addressOf: environment.addressOf,
    onCall,
    now,
    settings: config,
  })
}
