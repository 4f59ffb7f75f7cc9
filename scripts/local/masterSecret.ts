import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'

/** A line of a dotenv file with a fresh master secret: version 1, 32 random bytes. */
export const randomMasterSecret = (): string =>
  `MASTER_SECRETS=${JSON.stringify({ 1: randomBytes(32).toString('base64url') })}\n`

/** Writes it where the Functions emulator looks for secrets, if there is none. True: it was made now. */
export function ensureMasterSecret(file: string): boolean {
  if (existsSync(file)) return false
  writeFileSync(file, randomMasterSecret(), { mode: 0o600, flag: 'wx' })
  return true
}
