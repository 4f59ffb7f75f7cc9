import { parseArgs } from 'node:util'
import { openLab, type Lab } from '../lab.ts'
import { formatFigure, isMissed, type Figure } from './figure.ts'
import { listenerFigures } from './listeners.ts'
import { PROGRAMS } from './programs.ts'
import { setFigures } from './sets.ts'
import { startupFigures } from './startup.ts'

const USAGE = `Measures the local database, each figure with its limit beside it.

Usage: npm run bench -- rtdb [startup] [tree] [sets] [listeners]

All four without arguments, which takes some minutes. Times and CPU are the 25th percentile of rounds that take
turns, rates the 75th: what else the machine does only slows. Lines without a limit show what the machine takes
for the same without the database, or a part of the figure above. Exit code 1: a limit was missed, and the
machine was quiet enough to say so.`

const parts: Record<string, (lab: Lab) => Promise<Figure[]>> = {
  startup: startupFigures,
  tree: (lab) => lab.start(PROGRAMS.tree).heard<Figure[]>(),
  sets: setFigures,
  listeners: listenerFigures,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
})
const chosen = positionals.length > 0 ? positionals : Object.keys(parts)

if (values.help) {
  console.log(USAGE)
} else if (!chosen.every((name) => Object.hasOwn(parts, name))) {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = 2
} else {
  process.exitCode = (await measure(chosen)) ? 0 : 1
}

/** Prints the figures of these parts. False if a limit is missed. */
async function measure(names: readonly string[]): Promise<boolean> {
  const lab = await openLab(Object.values(PROGRAMS))
  let isAllKept = true
  try {
    for (const name of names) {
      process.stderr.write(`${name}…\n`)
      const figures = await parts[name]!(lab)
      for (const figure of figures) console.log(formatFigure(figure))
      isAllKept &&= !figures.some(isMissed)
    }
  } finally {
    await lab.close()
  }
  return isAllKept
}
