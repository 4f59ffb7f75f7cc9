import { DEPLOYMENT, SETTINGS } from '../../functions/src/config.ts'
import { rowsOf, sectionOf } from './harness/pages.ts'

const page = 'docs/costs.md'
const number = (text = ''): number => Number(text.replaceAll(',', ''))
const defaultOf = ({ options }: { readonly options: object }): number =>
  (options as { default: number }).default
/** As a bill is rounded. */
const cents = (dollars: number): number => Math.round(dollars * 100) / 100

const prices = new Map(
  rowsOf(sectionOf(page, '## What a unit costs'))
    .slice(1)
    .map(([unit = '', , price]) => [unit, number(price)]),
)
const [head = [], ...rows] = rowsOf(sectionOf(page, '## What a million costs'))
const units = head.slice(1, -1)
const totals = new Map(rows.map(([what = '', ...cells]) => [what, number(cells.at(-1))]))

test('every unit has its price', () => {
  expect(units.length).toBeGreaterThan(5)
  expect([...units].sort()).toEqual([...prices.keys()].sort())
  for (const price of prices.values()) expect(price).toBeGreaterThan(0)
})

test.each(rows.map(([what = '', ...cells]) => [what, cells] as const))(
  'a million %s: the total is what the quantities cost',
  (_what, cells) => {
    const quantities = cells.slice(0, -1).map(number)
    const total = quantities.reduce((sum, each, at) => sum + each * prices.get(units[at]!)!, 0)
    expect(Math.abs(number(cells.at(-1)) - total)).toBeLessThan(0.0051)
  },
)

test('memory goes with the vCPU, by MEMORY_MIB', () => {
  const gib = defaultOf(DEPLOYMENT.memory) / 1024
  for (const [, ...cells] of rows) {
    expect(number(cells[units.indexOf('`GiB-s`')])).toBeCloseTo(
      number(cells[units.indexOf('`vCPU-s`')]) * gib,
    )
  }
})

test('the worked example is worked out', () => {
  const [, ...example] = rowsOf(sectionOf(page, '## A worked example'))
  let sum = 0
  for (const [what = '', many, part, dollars] of example) {
    expect([what, number(part)]).toEqual([what, number(many) / 1_000_000])
    expect([what, number(dollars)]).toEqual([what, cents(number(part) * totals.get(what)!)])
    sum += number(dollars)
  }
  expect(sectionOf(page, '## A worked example')).toContain(
    `Of ${Math.floor(sum).toLocaleString('en')} dollars`,
  )
})

test('what a flood can cost is that of all instances for a day', () => {
  const instances = defaultOf(DEPLOYMENT.maxInstances)
  const day =
    instances *
    86_400 *
    (prices.get('`vCPU-s`')! + (defaultOf(DEPLOYMENT.memory) / 1024) * prices.get('`GiB-s`')!)
  const said = sectionOf(page, '## What an attack can cost')
  expect(said).toContain(`= ${cents(day).toFixed(2)} dollars`)
  expect(said).toContain(`${Math.round(day)} dollars a day`)
  const perMinute = ['ownerRegistrationsPerMinute', 'strangerRegistrationsPerMinute'] as const
  const both = perMinute.reduce((sum, name) => sum + defaultOf(SETTINGS[name]), 0)
  expect(said).toContain(`${both.toLocaleString('en')} a minute`)
})
