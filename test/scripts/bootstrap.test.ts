import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

test('it installs what only development needs, whatever NODE_ENV says', () => {
  const clone = join(folder, 'clone')
  mkdirSync(join(clone, 'scripts'), { recursive: true })
  copyFileSync(inCheckout('scripts/bootstrap.js'), join(clone, 'scripts', 'bootstrap.js'))
  writeFileSync(join(clone, 'package.json'), '{ "type": "module" }')
  const packages = { 'node_modules/tsx': { version: '1.0.0', dev: true } }
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify({ packages }))
  // In npm's place: it says what it was asked for, and fails.
  const npm = join(clone, 'npm.js')
  writeFileSync(npm, `console.log(process.argv.slice(2).join(' '))\nprocess.exitCode = 1`)
  const { stderr, status } = spawnSync(
    process.execPath,
    [join(clone, 'scripts', 'bootstrap.js'), 'script.ts'],
    { encoding: 'utf8', env: { ...process.env, npm_execpath: npm, NODE_ENV: 'production' } },
  )
  expect(stderr).toMatch(/^ci .*--include=dev/m)
  expect(stderr).toContain('npm ci failed')
  expect(status).toBe(1)
})
