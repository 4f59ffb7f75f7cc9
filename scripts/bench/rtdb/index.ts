/**
 * Figures of the local database, each with its limit beside it:
 *
 *   npm run bench -- rtdb [startup] [tree] [sets] [listeners]
 *
 * All of them without arguments; some minutes. The figures go to stdout, progress to stderr. Times and CPU are the 25th
 * percentile of rounds that take turns, rates the 75th: what else the machine does only slows. Rows without a limit
 * show what the machine takes for the same without the database, or which part of a figure it is.
 * Exit code 1 if a limit is missed.
 */
import { formatFigure, isKept, type Figure } from './figure.ts'
import { openLab, type Lab } from './lab.ts'
import { listenerFigures } from './listeners.ts'
import { setFigures } from './sets.ts'
import { startupFigures } from './startup.ts'

const parts: Record<string, (lab: Lab) => Promise<Figure[]>> = {
  startup: startupFigures,
  tree: (lab) => lab.start('tree').heard<Figure[]>(),
  sets: setFigures,
  listeners: listenerFigures,
}

/** Measures the parts named, or all. False if a limit is missed. */
export async function benchRtdb(names: readonly string[] = []): Promise<boolean> {
  const unknown = names.find((name) => !Object.hasOwn(parts, name))
  if (unknown !== undefined) {
    throw new TypeError(`Unknown part ${unknown}; there are ${Object.keys(parts).join(', ')}.`)
  }
  const lab = await openLab()
  let isAllKept = true
  try {
    for (const name of names.length > 0 ? names : Object.keys(parts)) {
      process.stderr.write(`${name}…\n`)
      const figures = await parts[name]!(lab)
      for (const figure of figures) console.log(formatFigure(figure))
      isAllKept &&= figures.every(isKept)
    }
  } finally {
    await lab.close()
  }
  return isAllKept
}

// Run by itself, or by the bench's own entry.
if (process.argv[1] === import.meta.filename) {
  process.exitCode = (await benchRtdb(process.argv.slice(2))) ? 0 : 1
}
