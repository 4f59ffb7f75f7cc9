import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { startRtdb } from '../../../../rtdb/src/index.ts'

/**
 * Milliseconds until a server listens in a fresh process. Argument: `http` for plain HTTP, `open` for a database without
 * rules, or the file of its rules.
 */
const [kind = 'open'] = process.argv.slice(2)
const rules = kind === 'http' || kind === 'open' ? null : readFileSync(kind, 'utf8')
const from = performance.now()
if (kind === 'http') {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
} else {
  await startRtdb({ namespace: ['demo'], ...(rules === null ? {} : { rules }) })
}
process.send!(performance.now() - from)
