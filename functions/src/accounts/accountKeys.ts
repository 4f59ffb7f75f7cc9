import type { Keyring } from '../installs/keyring.ts'

export type Purpose = 'verify' | 'reset'

/** What one code is for. It is right for nothing else. */
export interface CodeBinding {
  readonly codeId: string
  readonly accountId: string
  readonly purpose: Purpose
  /** The install that asked for it. */
  readonly keyId: string
  readonly masterVersion: number
}

/** What is derived from the master secrets for accounts, so that no number or code is stored. */
export interface AccountKeys {
  readonly newestVersion: number
  /** The key of an account: 22 characters of base64url, from a keyed hash of its number. */
  accountId(e164: string): string
  /** A keyed hash of what a limit counts (a prefix, an address), 22 characters of base64url. */
  limitKey(kind: string, value: string): string
  /** A keyed hash of a request, 43 characters of base64url, to know a repeat by. */
  requestHash(text: string): string
  /** The 6 digits of a code, or null when its master version is gone. */
  code(binding: CodeBinding): string | null
}

const CODE_DIGITS = 6

/**
 * @param accountVersion the master version that account keys derive from. It stays the same for the
 * life of the accounts, while the newest version issues codes.
 */
export function makeAccountKeys(keyring: Keyring, accountVersion: number): AccountKeys {
  if (!keyring.has(accountVersion)) {
    throw new TypeError('ACCOUNT_MASTER_VERSION is not among MASTER_SECRETS')
  }
  const full = (kind: string, value: string): string =>
    keyring.keyedHash(accountVersion, kind, value).toString('base64url')
  const hash = (kind: string, value: string): string => full(kind, value).slice(0, 22)

  return {
    newestVersion: keyring.newestVersion,
    accountId: (e164) => hash('account', e164),
    limitKey: (kind, value) => hash(`limit/${kind}`, value),
    requestHash: (text) => full('request', text),
    code: ({ codeId, accountId, purpose, keyId, masterVersion }) => {
      if (!keyring.has(masterVersion)) return null
      const text = [codeId, accountId, purpose, keyId].join('/')
      const bytes = keyring.keyedHash(masterVersion, 'sms-code', text)
      // 48 bits modulo a million: no digit is likelier than another by more than one in 2^28.
      const number = bytes.readUIntBE(0, 6) % 10 ** CODE_DIGITS
      return String(number).padStart(CODE_DIGITS, '0')
    },
  }
}
