import type { Figure } from '../rtdb/figure.ts'

/** Above this share of the processors' time, figures say more about other processes than about ours. */
const OTHERS_MAX = 0.1

/** What others had of the machine, and whether times that were measured meanwhile are in doubt. */
export const doubtOf = (share: number): { isDoubtful: boolean; figure: Figure } => ({
  isDoubtful: share > OTHERS_MAX,
  figure: { what: '  of the machine, other processes had', value: 100 * share, unit: '%' },
})
