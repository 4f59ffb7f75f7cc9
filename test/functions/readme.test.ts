import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOYMENT, SETTINGS } from '../../functions/src/config.ts'

const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8')

/** The cells of each table row, without the padding that the formatter adds. */
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

/** The default as an operator would write it. */
const text = (options: object): string => String((options as { default: string | number }).default)

describe('the settings table of the README', () => {
  const params = Object.values({ ...SETTINGS, ...DEPLOYMENT })

  test.each(params.map((param) => [param.name, param]))(
    'has %s as the code has it',
    (name, param) => {
      const fallback = param.options.default === '' ? '(empty)' : `\`${text(param.options)}\``
      expect(rows).toContainEqual(['', `\`${name}\``, fallback, param.options.description, ''])
    },
  )

  test('has no row for a param that is gone', () => {
    const documented = rows
      .map((row) => row[1] ?? '')
      .filter((cell) => /^`[A-Z][A-Z0-9_]+`$/.test(cell))
    expect(documented.sort()).toEqual(params.map(({ name }) => `\`${name}\``).sort())
  })
})
