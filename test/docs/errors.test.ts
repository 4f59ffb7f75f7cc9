import { ERRORS } from '../../protocol/src/index.ts'
import { DEPLOYMENT, SETTINGS } from '../../functions/src/config.ts'
import { readDocs, renderDocs } from '../../scripts/site/docsSite.ts'
import { readFileSync } from 'node:fs'
import { inCheckout } from '../../scripts/local/checkout.ts'

const source = readFileSync(inCheckout('docs/errors.md'), 'utf8')
const page = readDocs().find(({ file }) => file === 'docs/errors.md')!
/** The page as one paragraph a line: the formatter breaks them where it likes. */
const flowing = source.replace(/([^\n])\n(?=[^\n|#`-])/g, '$1 ')
const codes = Object.entries(ERRORS)

test('there is one entry for each code, in the order of the table', () => {
  const entries = page.headings.filter(({ depth }) => depth === 2).map(({ id }) => id)
  expect(entries).toEqual(codes.map(([code]) => code))
})

test.each(codes)('%s: status, title and public text are those of the service', (code, entry) => {
  const { status, title, detail } = entry
  expect(flowing).toContain(`## \`${code}\`\n\n**${status} · ${title}.** ${detail}`)
})

test.each(codes)('%s stands in the overview with its status', (code, { status }) => {
  expect(source).toMatch(
    new RegExp(`^\\| \\[\`${code}\`\\]\\(#${code}\\) +\\| ${status} +\\|`, 'm'),
  )
})

test('`type` of a problem points at its entry', () => {
  const type = SETTINGS.errorsUrl.options.default as string
  const html = renderDocs().get(type.slice(1))!
  for (const [code] of codes) expect(html).toContain(` id="${code}"`)
})

test('every param that it names is one', () => {
  const known = Object.values({ ...SETTINGS, ...DEPLOYMENT }).map(({ name }) => name)
  for (const [, name] of source.matchAll(/`([A-Z]+(?:_[A-Z]+)+)[=`]/g))
    expect(known).toContain(name)
})
