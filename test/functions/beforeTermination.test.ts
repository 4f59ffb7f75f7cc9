import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { anyFreePort } from '../../scripts/local/ports.ts'

// Each is a process of its own, as an instance is.
jest.setTimeout(60_000)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-end-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A function whose last work takes a while, and says when it is done. */
const FUNCTION = `
  import { beforeTermination } from '${inCheckout('functions/src/beforeTermination.ts')}'
  let isBuilt = false
  export const hello = (req, res) => {
    if (!isBuilt) beforeTermination(async () => {
      await new Promise((done) => setTimeout(done, 300))
      console.log('the last work is done')
    })
    isBuilt = true
    res.end('hello')
  }`

function start(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: inCheckout(),
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (part: Buffer) => (text += part.toString()))
  return { child, printed: () => text }
}

async function ended(child: ChildProcess): Promise<unknown[]> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  return exit
}

test('the functions framework, which ends at once by itself, waits for the last work', async () => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module","main":"index.mjs"}')
  writeFileSync(join(folder, 'index.mjs'), FUNCTION)
  const port = await anyFreePort()
  const framework = inCheckout('node_modules/@google-cloud/functions-framework/build/src/main.js')
  const { child, printed } = start([framework, '--target=hello', `--source=${folder}`], {
    PORT: String(port),
    FUNCTION_SIGNATURE_TYPE: 'http',
  })
  const said = async () => (await fetch(`http://127.0.0.1:${port}/`)).text()
  const answer = async () => said().catch(() => undefined)
  while ((await answer()) !== 'hello') await sleep(50)
  await ended(child)
  expect(printed()).toContain('the last work is done')
})

test('where nobody else listens, the process ends as the signal says', async () => {
  const program = join(folder, 'index.mjs')
  writeFileSync(
    program,
    `${FUNCTION}
    hello(null, { end: () => console.log('ready') })
    setInterval(() => undefined, 1000)`,
  )
  const { child, printed } = start([program], {})
  while (!printed().includes('ready')) await sleep(50)
  expect(await ended(child)).toEqual([null, 'SIGTERM'])
  expect(printed()).toContain('the last work is done')
})
