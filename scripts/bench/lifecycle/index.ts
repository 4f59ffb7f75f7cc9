import { measureParts, type Chosen } from '../measureParts.ts'
import { separateCores, type Cores } from '../cores.ts'
import { openLab, type Lab } from '../lab.ts'
import { formatFigure, type Figure } from '../rtdb/figure.ts'
import { floodFigures } from './flood.ts'
import { PROGRAMS } from './programs.ts'
import { sweepFigures } from './sweeps.ts'

const USAGE = `Measures the life of keys at a million installs, each figure with its limit beside it.

Usage: npm run bench -- lifecycle [sweep] [flood] [--json]

  sweep   of 10,000, 100,000 and 1,000,000 installs with a tenth dormant: marked by one sweep, removed by the
          next one after their grace. The time per key must not grow, nor the memory of the sweeping process.
  flood   10,000 registrations from 100 addresses in ten seconds: what they write, and how much they slow
          signed requests.
  --json  print the figures as JSON

Both without arguments, in about five minutes. What is measured (the sweeping process, the instance) has one
processor core, the database and the load another. Exit code 1: a limit was missed, and the machine was quiet
enough to say so.`

const parts: Record<string, (lab: Lab, cores: Cores) => Promise<Figure[]>> = {
  sweep: sweepFigures,
  flood: floodFigures,
}

await measureParts(USAGE, parts, measure)

async function measure({ names, isJson }: Chosen): Promise<Figure[]> {
  const cores = separateCores()
  const all: Figure[] = []
  for (const name of names) {
    process.stderr.write(`${name}…\n`)
    // Its processes end with it, so that the next part has the machine for itself.
    const lab = await openLab(Object.values(PROGRAMS))
    try {
      const figures = await parts[name]!(lab, cores)
      all.push(...figures)
      if (!isJson) for (const figure of figures) console.log(formatFigure(figure))
    } finally {
      await lab.close()
    }
  }
  return all
}
