import { percentile } from './percentile.ts'
import type { Figure } from './rtdb/figure.ts'

/**
 * How much longer requests take while something else goes on: the same percentile of slices with it and
 * without, each kind by its quieter quarter, since what else the machine does only slows.
 * @param slices the milliseconds of each request
 */
export function slowdown(
  what: string,
  part: number,
  slices: { readonly quiet: readonly number[][]; readonly busy: readonly number[][] },
  limit: Pick<Figure, 'atMost' | 'isDoubtful'>,
): Figure[] {
  const of = (kind: readonly number[][]) => kind.map((ms) => percentile(ms, part))
  const [quiet, busy] = [of(slices.quiet), of(slices.busy)]
  const [without, during] = [percentile(quiet, 0.25), percentile(busy, 0.25)]
  const name = `p${part * 100} of ${what}`
  return [
    { what: `  ${name}, quiet`, value: without, unit: 'ms' },
    { what: `  ${name}, meanwhile`, value: during, unit: 'ms' },
    {
      what: `${name}: meanwhile by quiet`,
      value: during / without,
      unit: '×',
      ...limit,
    },
  ]
}
