import { measureParts, type Chosen } from '../measureParts.ts'
import { openLab, type Lab } from '../lab.ts'
import { formatFigure, type Figure } from './figure.ts'
import { listenerFigures } from './listeners.ts'
import { PROGRAMS } from './programs.ts'
import { setFigures } from './sets.ts'
import { startupFigures } from './startup.ts'

const USAGE = `Measures the local database, each figure with its limit beside it.

Usage: npm run bench -- rtdb [startup] [tree] [sets] [listeners] [--json]

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

await measureParts(USAGE, parts, measure)

async function measure({ names, isJson }: Chosen): Promise<Figure[]> {
  const lab = await openLab(Object.values(PROGRAMS))
  const all: Figure[] = []
  try {
    for (const name of names) {
      process.stderr.write(`${name}…\n`)
      const figures = await parts[name]!(lab)
      all.push(...figures)
      if (!isJson) for (const figure of figures) console.log(formatFigure(figure))
    }
  } finally {
    await lab.close()
  }
  return all
}
