import { apply, pages, type Pass } from './pass.ts'

/** Removes used and expired challenges with their codes, UID by UID. @returns how many */
export async function sweepChallenges(pass: Pass): Promise<number> {
  let removed = 0
  for await (const rows of pages(pass, 'challenges', 'challenges', {})) {
    const changes = rows.flatMap(([uid, slots]) =>
      Object.entries(slots as Record<string, Challenge>)
        .filter(([, challenge]) => isOver(challenge, pass.nowMs))
        .map(([slot]) => ({
          paths: { [`challenges/${uid}/${slot}`]: null, [`users/${uid}/${slot}/otp`]: null },
        })),
    )
    removed += await apply(pass, changes)
  }
  return removed
}

interface Challenge {
  readonly expiresAt: number
  readonly claimedBy?: string
}

const isOver = ({ claimedBy, expiresAt }: Challenge, nowMs: number): boolean =>
  claimedBy !== undefined || expiresAt <= nowMs
