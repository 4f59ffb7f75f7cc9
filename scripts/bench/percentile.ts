/** The value below which that part (0 to 1) of the values lies; NaN of none. */
export function percentile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? NaN
}
