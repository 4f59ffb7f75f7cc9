import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { loopbackEnv } from '../../scripts/local/loopbackEnv.ts'
import { run } from '../../scripts/local/run.ts'
import { blocksIn } from '../docs/harness/pages.ts'

// The code of the pages that is marked `run`, each block a program of its own, against the run's stack.

jest.setTimeout(60_000)

const blocks = blocksIn('ts', 'js').filter(({ marks }) => marks.includes('run'))

let folder = ''
beforeAll(() => {
  // Inside the checkout, where the packages are found that it imports.
  mkdirSync(inCheckout('.cache'), { recursive: true })
  folder = mkdtempSync(inCheckout('.cache', 'docs-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('there is code to run', () => expect(blocks.length).toBeGreaterThan(4))

test.each(blocks.map((block, index) => [block.name, block, index] as const))(
  '%s runs, and prints what it says',
  async (_name, { code, language }, index) => {
    const file = join(folder, `block${index}.${language === 'js' ? 'mjs' : 'mts'}`)
    writeFileSync(file, code)
    const args = ['--import', 'tsx', inCheckout('test/e2e/support/runBlock.ts'), file]
    const printed = await run(process.execPath, args, { cwd: inCheckout(), env: loopbackEnv() })
    const lines = printed.split('\n')
    // `console.log(…) // 200`; what has an ellipsis is only like it.
    for (const [, said = ''] of code.matchAll(/console\.log\(.*\) \/\/ ([^…\n]+)$/gm)) {
      expect(lines).toContain(said)
    }
  },
)
