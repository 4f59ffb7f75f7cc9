import { isUnavailable } from '../deadline.ts'
import { ApiError } from '../http/apiError.ts'
import { describeError, type Log } from '../log.ts'
import {
  isUnused,
  isUsable,
  judgeInstall,
  type AttestationRecord,
  type Install,
} from './install.ts'
import type { InstallStore } from './store.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** After a failure nothing is tried for that long: requests must not wait in line for a dead database. */
const PAUSE_MS = 10_000

export interface UseRecorderParts {
  readonly store: Pick<InstallStore, 'collect' | 'read' | 'recordUse' | 'revive'>
  /** Where the record is cached, to be told what has been written. */
  readonly cache: { replace(install: Install, by: Install): void; drop(keyId: string): void }
  readonly log: Log
}

/**
 * Notes that a key was used, before its request goes to the handler. Gives the record as it is then;
 * undefined when there is nothing to write, so a warm request does not wait.
 * @throws ApiError `key_dormant`, `key_revoked` … when what was cached no longer holds, `unavailable` when
 * a dormant key cannot be revived now
 */
export type RecordUse = (
  install: Install,
  nowMs: number,
  /** What this request's gate has found out; written along, so it costs no write of its own. */
  attestation?: AttestationRecord,
) => Promise<Install> | undefined

/**
 * The first accepted request removes the key's drop; later the last use is recorded, at most once a
 * day. A request that was admitted is not refused when that fails; but a dormant key must be revived,
 * or it would be removed although it is in use.
 */
export function makeUseRecorder({ store, cache, log }: UseRecorderParts): RecordUse {
  const underWay = new Map<string, Promise<Install>>()
  let pausedUntil = 0

  const write = async (
    install: Install,
    nowMs: number,
    attestation: AttestationRecord | undefined,
  ): Promise<Install | null> => {
    const { pickupBy, ...record } = install
    // Clocks of instances differ; the record's never goes back, and a key that was used shows it.
    const lastUsedAt = Math.max(nowMs, install.lastUsedAt, install.createdAt + 1)
    const written =
      pickupBy === undefined
        ? await store.recordUse(install, lastUsedAt, attestation)
        : await store.collect(install, lastUsedAt, attestation)
    if (!written) return null
    const used = { ...record, lastUsedAt, ...(attestation && { attestation }) }
    cache.replace(install, used)
    return used
  }

  /** What was cached is not what is stored; most often another instance was first. */
  const reconsider = async ({ keyId }: Install, nowMs: number): Promise<Install> => {
    cache.drop(keyId)
    const current = await store.read(keyId)
    if (current === null) throw new ApiError('key_dormant', { detail: 'removed meanwhile' })
    const verdict = judgeInstall(current, nowMs)
    if (!isUsable(verdict)) throw new ApiError(verdict, { detail: 'changed meanwhile' })
    return current
  }

  const tryWrite = async (
    install: Install,
    nowMs: number,
    attestation: AttestationRecord | undefined,
  ): Promise<Install> => {
    try {
      return (await write(install, nowMs, attestation)) ?? (await reconsider(install, nowMs))
    } catch (error) {
      if (error instanceof ApiError && !isUnavailable(error)) throw error
      if (isUnavailable(error)) pausedUntil = nowMs + PAUSE_MS
      log({ event: 'use_not_recorded', keyId: install.keyId, error: describeError(error) })
      return install
    }
  }

  const revive = async (
    install: Install,
    nowMs: number,
    attestation: AttestationRecord | undefined,
  ): Promise<Install> => {
    const lastUsedAt = Math.max(nowMs, install.lastUsedAt + 1)
    if (!(await store.revive(install, lastUsedAt, attestation))) {
      cache.drop(install.keyId)
      throw new ApiError('key_dormant', { detail: 'changed meanwhile' })
    }
    const revived: Install = {
      ...install,
      status: 'active',
      lastUsedAt,
      ...(attestation && { attestation }),
    }
    cache.replace(install, revived)
    return revived
  }

  /** Concurrent requests of one key share one write. */
  const once = (keyId: string, begin: () => Promise<Install>): Promise<Install> => {
    const other = underWay.get(keyId)
    if (other !== undefined) return other
    const writing = begin().finally(() => underWay.delete(keyId))
    underWay.set(keyId, writing)
    return writing
  }

  return (install, nowMs, attestation) => {
    const { keyId, status, pickupBy, lastUsedAt } = install
    if (status === 'dormant') return once(keyId, () => revive(install, nowMs, attestation))
    const isDue = pickupBy !== undefined || isUnused(install) || nowMs - lastUsedAt >= DAY_MS
    if (!isDue || nowMs < pausedUntil) return undefined
    return once(keyId, () => tryWrite(install, nowMs, attestation))
  }
}
