import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loopbackEnv } from '../../scripts/local/loopbackEnv.ts'
import { run } from '../../scripts/local/run.ts'
import { defaultLimits } from '../../rtdb/src/limits.ts'

const README = readFileSync('rtdb/README.md', 'utf8')

/** The code of one kind, with the text that leads to it as its name. */
const blocks = (kind: string): [string, string][] =>
  [...README.matchAll(new RegExp(`([^\\n]*)\\n+\`\`\`${kind}\\n([^]*?)\`\`\``, 'g'))].map(
    ([, lead = '', code = '']) => [lead, code],
  )

const optionsOf = (text: string): string[] => [...new Set(text.match(/--[a-z-]+/g))].sort()

let folder = ''
beforeAll(() => {
  // Inside the checkout, where the packages are found that it imports.
  mkdirSync('.cache', { recursive: true })
  folder = mkdtempSync(join('.cache', 'rtdb-readme-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('there is code to run', () => expect(blocks('ts')).toHaveLength(5))

test.each(blocks('ts'))(
  'its code runs: %s',
  async (_lead, code) => {
    const file = join(folder, 'block.ts')
    writeFileSync(file, code)
    await run(process.execPath, ['--import', 'tsx', file], { env: loopbackEnv() })
  },
  60_000,
)

test('it has every option of the command, and no other', async () => {
  const usage = await run(process.execPath, ['--import', 'tsx', 'rtdb/src/cli.ts', '--help'])
  const table = README.split('\n').filter((line) => line.startsWith('| `--'))
  expect(optionsOf(table.join('\n'))).toEqual(optionsOf(usage))
}, 30_000)

test('its limits are those of the code', () => {
  const rows = README.matchAll(/\| ([\d.]+) (MiB|s) +\| `(\w+)` +\|/g)
  const units = { MiB: 1024 * 1024, s: 1000 }
  const named = [...rows].map(([, number, unit, name]) => [
    name,
    Number(number) * units[unit as keyof typeof units],
  ])
  expect(Object.fromEntries(named)).toEqual(defaultLimits)
})

test('--check prints what it shows', async () => {
  const [, text = ''] = blocks('console').find(([, code]) => code.includes('--check')) ?? []
  writeFileSync(
    join(folder, 'database.rules.json'),
    '{ "rules": {\n"users": {\n"$uid": { ".read": "atuh.uid === $uid" } } } }',
  )
  const args = ['--import', 'tsx', resolve('rtdb/src/cli.ts'), '--check', 'database.rules.json']
  const checked = run(process.execPath, args, { cwd: folder })
  await expect(checked).rejects.toThrow(text.split('\n')[1])
}, 30_000)
