/** One measured figure, and what it must keep to. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** It must not be above; without a limit it is there to compare with. */
  readonly atMost?: number
  /** It must not be below. */
  readonly atLeast?: number
  /** The machine was too busy with other things for a miss to say anything. */
  readonly isDoubtful?: boolean
}

/** A figure in one line: what, how much, the limit and whether it is kept. */
export function formatFigure(figure: Figure): string {
  const { what, value, unit, atMost, atLeast } = figure
  const limit = atMost ?? atLeast
  const sign = atMost === undefined ? '≥' : '≤'
  const shown = limit === undefined ? '' : `${sign} ${digits(limit)}  ${verdictOn(figure)}`
  return `${what.padEnd(WHAT_CHARS)} ${digits(value).padStart(8)} ${unit.padEnd(5)} ${shown}`.trimEnd()
}

/** Whether a limit is missed beyond doubt. */
export const isMissed = (figure: Figure): boolean => verdictOn(figure) === 'MISSED'

function verdictOn({ value, atMost, atLeast, isDoubtful }: Figure): string {
  if (value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity)) return 'ok'
  return isDoubtful ? 'the machine is too busy to tell' : 'MISSED'
}

const WHAT_CHARS = 66

const digits = (number: number): string =>
  number >= 100 || Number.isInteger(number) ? String(Math.round(number)) : number.toPrecision(3)
