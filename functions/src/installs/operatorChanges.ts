import { isInGrace, type Install, type InstallStatus } from './install.ts'
import { credentialPath, feedEntry, revoked, superseded, type Revocation } from './store.ts'

/** What an operator can do to a key. */
export type OperatorAction = 'revoke' | 'suspend' | 'resume' | 'rotate'

/** What an operator wants done, and how it is remembered. */
export interface Order {
  readonly action: OperatorAction
  /** At most 128 characters, for the audit trail. */
  readonly who: string
  /** At most 64 characters; without one, a text of ours. */
  readonly reason?: string
  /** rotate: how long the key still works, 0 to 86400 s. */
  readonly graceSeconds: number
  /** How long the record of a key that has ended is kept, in ms. */
  readonly retentionMs: number
  /** A new UUIDv7 as 32 hex digits. */
  readonly newId: () => string
}

/**
 * What one write changes for one key, its feed entry and its entry in the audit trail included; and what
 * is written instead when the rules refuse that.
 */
export interface OperatorChange {
  readonly keyId: string
  readonly paths: Values
  readonly otherwise?: Values
}

type Values = Readonly<Record<string, unknown>>

/** Why nothing is to be written: it is done already, or cannot be done to a key of this status. */
export type NoChange = 'already' | 'impossible'

/** From which status an action leads on, and where it has been done already. All else is impossible. */
const ACTIONS: Readonly<
  Record<
    OperatorAction,
    {
      readonly from: readonly InstallStatus[]
      readonly already: readonly InstallStatus[]
      readonly reason: string
    }
  >
> = {
  revoke: {
    from: ['active', 'dormant', 'suspended', 'superseded'],
    already: ['revoked'],
    reason: 'revoked by operator',
  },
  suspend: { from: ['active', 'dormant'], already: ['suspended'], reason: 'suspended' },
  // A dormant key works as soon as it is used.
  resume: { from: ['suspended'], already: ['active', 'dormant'], reason: 'resumed' },
  rotate: {
    from: ['active', 'dormant'],
    already: ['superseded'],
    reason: 'rotated by operator',
  },
}

/**
 * Plans the change of one key as it was read.
 * @param inGrace earlier keys of its place that still work, where the action is meant for them as well
 */
export function planChange(
  install: Install,
  order: Order,
  nowMs: number,
  inGrace: readonly Install[] = [],
): OperatorChange | NoChange {
  const { from, already } = ACTIONS[order.action]
  if (already.includes(install.status)) return 'already'
  const isLeft = order.action === 'suspend' && isInGrace(install, nowMs)
  if (!from.includes(install.status) && !isLeft) return 'impossible'
  const { paths, otherwise } = changeOf(install, order, nowMs, isLeft ? 'revoke' : order.action)
  const others = Object.fromEntries(
    inGrace.flatMap((key) => Object.entries(changeOf(key, order, nowMs, 'revoke').paths)),
  )
  return {
    keyId: install.keyId,
    paths: { ...paths, ...others },
    ...(otherwise && { otherwise: { ...otherwise, ...others } }),
  }
}

/** Whether an action is meant for an install, and not just for one key of it. */
export const endsAll = (action: OperatorAction): boolean =>
  action === 'revoke' || action === 'suspend'

/**
 * @param how by which write it is done: a key in its grace cannot be suspended (it could never be resumed),
 * so it is revoked
 */
function changeOf(install: Install, order: Order, nowMs: number, how: OperatorAction) {
  const { keyId } = install
  const reason = order.reason ?? ACTIONS[order.action].reason
  const revocation = { id: order.newId(), at: nowMs, reason }
  const { paths, otherwise } = WRITES[how](install, revocation, order)
  const told = {
    ...feedEntry(install, revocation),
    [`audit/${order.newId()}`]: {
      ...{ at: nowMs, who: order.who, action: `keys ${order.action}`, target: keyId, reason },
    },
  }
  return {
    paths: { ...paths, ...told },
    ...(otherwise && { otherwise: { ...otherwise, ...told } }),
  }
}

type Write = (
  install: Install,
  revocation: Revocation,
  order: Order,
) => { readonly paths: Values; readonly otherwise?: Values }

const WRITES: Readonly<Record<OperatorAction, Write>> = {
  revoke: (install, revocation, { retentionMs }) => revoked(install, revocation, retentionMs),

  suspend: ({ keyId, status }, { reason }) => ({
    paths: {
      [`installs/${keyId}/status`]: 'suspended',
      [`installs/${keyId}/reason`]: reason,
      [`installs/${keyId}/unusedSince`]: null,
      ...(status === 'dormant' && {
        [`installs/${keyId}/dormantFrom`]: null,
        [`installs/${keyId}/removeAfter`]: null,
      }),
    },
  }),

  // It counts as used, or it would be dormant in the same hour.
  resume: ({ keyId, lastUsedAt }, { at }) => ({
    paths: {
      [`installs/${keyId}/status`]: 'active',
      [`installs/${keyId}/reason`]: null,
      [`installs/${keyId}/lastUsedAt`]: Math.max(at, lastUsedAt),
    },
  }),

  rotate: (install, revocation, { graceSeconds, retentionMs }) => {
    const graceUntil = revocation.at + graceSeconds * 1000
    return {
      paths: {
        ...superseded({ install, graceUntil, revocation }, retentionMs),
        // No successor is dropped here: the app asks for one itself.
        [credentialPath(install)]: null,
      },
    }
  },
}
