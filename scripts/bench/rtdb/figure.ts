/** One measured figure, and what it must keep to. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** It must not be above; without a limit it is there to compare with. */
  readonly atMost?: number
  /** It must not be below. */
  readonly atLeast?: number
}

/** A figure in one line: what, how much, the limit and whether it is kept. */
export function formatFigure(figure: Figure): string {
  const { what, value, unit, atMost, atLeast } = figure
  const limit = atMost ?? atLeast
  const sign = atMost === undefined ? '≥' : '≤'
  const verdict =
    limit === undefined ? '' : `${sign} ${digits(limit)}  ${isKept(figure) ? 'ok' : 'MISSED'}`
  return `${what.padEnd(WHAT_CHARS)} ${digits(value).padStart(8)} ${unit.padEnd(5)} ${verdict}`.trimEnd()
}

export function isKept({ value, atMost, atLeast }: Figure): boolean {
  return value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity)
}

const WHAT_CHARS = 66

const digits = (number: number): string =>
  number >= 100 || Number.isInteger(number) ? String(Math.round(number)) : number.toPrecision(3)
