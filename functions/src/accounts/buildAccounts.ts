import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import type { Database } from '../database.ts'
import type { Identity } from '../identity.ts'
import type { Keyring } from '../installs/keyring.ts'
import type { Log } from '../log.ts'
import { makeAccountKeys } from './accountKeys.ts'
import { makeAccounts } from './accounts.ts'
import { makeArgon2Threads } from './argon2Threads.ts'
import { makeBudgets } from './budgets.ts'
import { makeAccountHandlers } from './handlers.ts'
import { makeOnce } from './idempotency.ts'
import { smsLimits } from './limits.ts'
import type { PasswordLine } from './passwordLine.ts'
import { makePasswords } from './passwords.ts'
import { makeSmsSender } from './sms/makeSmsSender.ts'
import { parseSmsSettings } from './sms/smsSettings.ts'
import { makeAccountStore } from './store.ts'
import { makeTexts } from './texts.ts'

export interface AccountsEnvironment {
  readonly config: Config
  readonly database: Database
  readonly identity: Identity
  readonly keyring: Keyring
  readonly passwordLine: PasswordLine
  readonly newId: () => string
  readonly now: () => number
  readonly log: Log
}

export type AccountHandlers = ReturnType<typeof makeAccountHandlers>

/** Joins the parts of the protected endpoints. Loaded by their first request. */
export function buildAccounts(environment: AccountsEnvironment): AccountHandlers {
  const { config, database, identity, keyring, passwordLine, newId, now, log } = environment
  if (config.smsCountries.size === 0) log({ event: 'sms_countries_none' })
  const keys = makeAccountKeys(keyring, config.accountMasterVersion)
  const sender = makeSmsSender(parseSmsSettings(config.smsParams()), {
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
    settings: config,
  })
}
