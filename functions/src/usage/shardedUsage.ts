import type { ShardMap } from '../shards.ts'
import type { Usage } from './usage.ts'

/** Each key is counted for its own database, so that one that is away holds up no other's counts. */
export function makeShardedUsage(usages: readonly Usage[], shards: ShardMap): Usage {
  // What no key has signed, or a key of no database, is counted in the first.
  const at = (keyId?: string): Usage =>
    usages[(keyId === undefined ? 0 : shards.ofKey(keyId)) ?? 0]!
  return {
    admitted: (keyId, nowMs, incoming) => at(keyId).admitted(keyId, nowMs, incoming),
    refused: (code, nowMs, keyId) => at(keyId).refused(code, nowMs, keyId),
    attested: (outcome, nowMs, keyId) => at(keyId).attested(outcome, nowMs, keyId),
    called: (keyId, nowMs, call) => at(keyId).called(keyId, nowMs, call),
    forged: (keyId, nowMs, incoming) => at(keyId).forged(keyId, nowMs, incoming),
    around: (signal, nowMs, incoming) => at().around(signal, nowMs, incoming),
    flush: async () => {
      await Promise.all(usages.map((usage) => usage.flush()))
    },
    stop: () => usages.forEach((usage) => usage.stop()),
  }
}
