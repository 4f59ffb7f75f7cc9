import type { Case } from './case.ts'
import { accounts } from './cases/accounts.ts'
import { attestations } from './cases/attestations.ts'
import { behaviour } from './cases/behaviour.ts'
import { challenges } from './cases/challenges.ts'
import { drops } from './cases/drops.ts'
import { encryption } from './cases/encryption.ts'
import { flushes } from './cases/flushes.ts'
import { indexes } from './cases/indexes.ts'
import { keys } from './cases/keys.ts'
import { limits } from './cases/limits.ts'
import { nonces } from './cases/nonces.ts'
import { openCalls } from './cases/openCalls.ts'
import { records } from './cases/records.ts'
import { sharedKey } from './cases/sharedKey.ts'
import { revocations } from './cases/revocations.ts'
import { statuses } from './cases/statuses.ts'
import { whoReads } from './cases/whoReads.ts'
import { whoWrites } from './cases/whoWrites.ts'

/**
 * All that the rules are held to. The first two are the table of who may do what; the others are the
 * backend's own writes, each with the changes that make it wrong.
 */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  'who reads': whoReads,
  'who writes': whoWrites,
  challenges,
  keys,
  drops,
  attestations,
  behaviour,
  encryption,
  statuses,
  nonces,
  revocations,
  limits,
  openCalls,
  flushes,
  indexes,
  records,
  accounts,
  sharedKey,
}
