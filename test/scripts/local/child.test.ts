import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { inCheckout } from '../../../scripts/local/checkout.ts'
import { startChild, type Child } from '../../../scripts/local/child.ts'
import { isAlive } from '../../../scripts/local/lock.ts'
import { run } from '../../../scripts/local/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Starts a script and waits for the first line it prints. */
function start(script: string): Promise<{ child: Child; line: string }> {
  return new Promise((resolve) => {
    const child = startChild({
      name: 'sample',
      args: ['-e', script],
      cwd: folder,
      env: process.env,
      logFile: join(folder, 'sample.log'),
      onLine: (line) => resolve({ child, line }),
    })
  })
}

/** Prints the process ID of a child of its own, and then stays. */
const parent = (extra: string) => `
  const { spawn } = require('node:child_process')
  const grandchild = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  ${extra}
  console.log(grandchild.pid)
  setInterval(() => {}, 1000)`

test('stop ends a process and what it has started', async () => {
  const { child, line } = await start(parent(''))
  await child.stop()
  expect(await child.exited).toBe('sample ended by SIGINT')
  await expectGone(Number(line))
})

test('one that ignores the request is ended after its grace, with all its children', async () => {
  const { child, line } = await start(parent(`process.on('SIGINT', () => {})`))
  await child.stop(50)
  expect(await child.exited).toBe('sample ended by SIGKILL')
  await expectGone(Number(line))
})

test('one that ends by itself tells its exit code and its last words', async () => {
  const { child } = await start(`console.log('one'); console.error('two'); process.exitCode = 3`)
  expect(await child.exited).toBe('sample ended with exit code 3')
  await child.stop()
  expect(child.lastLines()).toContain('one')
  expect(readFileSync(join(folder, 'sample.log'), 'utf8')).toContain('one')
})

test('a process with the lifeline ends when the one that has started it is gone', async () => {
  const lifeline = inCheckout('scripts/local/lifeline.js')
  const stay = `process.send('up'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', lifeline, '-e', stay], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  const exited = once(child, 'exit')
  child.disconnect() // what the system does when the other end of the channel dies
  expect(await exited).toEqual([null, 'SIGINT'])
})

test('a checkout may have signs in its path that mean something in a URL', async () => {
  const scripts = join(folder, 'app #1 50%', 'scripts', 'local')
  mkdirSync(scripts, { recursive: true })
  for (const name of ['checkout.ts', 'child.ts', 'lifeline.js']) {
    copyFileSync(inCheckout('scripts/local', name), join(scripts, name))
  }
  writeFileSync(join(scripts, 'package.json'), '{ "type": "module" }')
  const program = `
    import { startChild } from './child.ts'
    const args = ['-e', 'process.exitCode = 3']
    const sample = { name: 'sample', args, cwd: '.', env: process.env, logFile: 'sample.log' }
    const child = startChild(sample)
    console.log(await child.exited)`
  writeFileSync(join(scripts, 'program.ts'), program)
  const args = ['--import', import.meta.resolve('tsx'), join(scripts, 'program.ts')]
  expect(await run(process.execPath, args, { cwd: folder })).toBe('sample ended with exit code 3\n')
})

/** The system needs a moment to take a killed process off its list; the test's own limit ends the wait. */
async function expectGone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(0)
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
}
