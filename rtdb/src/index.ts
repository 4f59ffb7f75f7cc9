/** A Realtime Database server for one machine, used by the unchanged Firebase SDKs. */
export { startRtdb } from './startRtdb.ts'
export type { Rtdb } from './startRtdb.ts'
export type { RtdbOptions } from './rtdbOptions.ts'
export type { Operations } from './operations.ts'
export type { Limits } from './limits.ts'
export { RulesError } from './rules/index.ts'
