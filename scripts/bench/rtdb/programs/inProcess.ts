import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { startRtdb } from '../../../../rtdb/src/index.ts'

/** Milliseconds until a server listens in a fresh process: the database with the rules of a file, or (`bare`) plain HTTP. */
const [file = 'bare'] = process.argv.slice(2)
const rules = file === 'bare' ? '' : readFileSync(file, 'utf8')
const from = performance.now()
if (file === 'bare') {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
} else {
  await startRtdb({ rules, namespace: ['demo'] })
}
process.send!(performance.now() - from)
