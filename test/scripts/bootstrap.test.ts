import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { inCheckout } from '../../scripts/local/checkout.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function bootstrap(content: string, ...args: string[]) {
  const script = join(folder, 'script.ts')
  writeFileSync(script, content)
  return spawnSync(process.execPath, [inCheckout('scripts/bootstrap.js'), script, ...args], {
    encoding: 'utf8',
  })
}

test('a TypeScript file gets its arguments as if Node had run it', () => {
  const { stdout, status } = bootstrap(
    `const args: string[] = process.argv.slice(2)\nconsole.log(JSON.stringify(args))`,
    ...['--a', 'b c'],
  )
  expect(stdout).toBe('["--a","b c"]\n')
  expect(status).toBe(0)
})

test.each([
  ['process.exitCode = 7', 7],
  ["throw new Error('stop')", 1],
])('the exit code is the script’s own: %s', (content, code) => {
  expect(bootstrap(content).status).toBe(code)
})

test('without a script it says how it is used', () => {
  const { stderr, status } = spawnSync(process.execPath, [inCheckout('scripts/bootstrap.js')], {
    encoding: 'utf8',
  })
  expect(stderr).toContain('Usage:')
  expect(status).toBe(1)
})
