import AxeBuilder from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { addressOf, listSections } from '../../../scripts/site/pages.ts'
import { running } from '../harness/running.ts'
import { startChromium } from './chromium.ts'

// The documentation as Hosting serves it, under its Content-Security-Policy, in a real browser.

jest.setTimeout(120_000)

const addresses = listSections().flatMap(({ files }) => files.map(addressOf))

/** Of each kind one: code and anchors, diagrams, numbers. Axe takes seconds for a page. */
const KINDS = ['errors.html', 'docs/architecture.html', 'docs/costs.html']

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser.close())

test.each([
  ['a phone, in dark', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }],
  ['a desk, in light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
] as const)(
  'on %s no page is too wide, complains, or keeps anybody out',
  async (_title, options) => {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(`${page.url()}: ${message.text()}`))
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`))
    for (const address of addresses) {
      const answer = await page.goto(`${running().hostingUrl}/${address}`)
      expect([address, answer?.status()]).toEqual([address, 200])
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect([address, width]).toEqual([address, options.viewport.width])
      if (!KINDS.includes(address)) continue
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
      expect([address, found]).toEqual([address, []])
    }
    expect(complaints).toEqual([])
    await context.close()
  },
)

test('the pages are found from the first one, and each is one click from all others', async () => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${running().hostingUrl}/docs/index.html`)
  const links = await page
    .locator('nav a:not([href^="#"])')
    .evaluateAll((all) => all.map((each) => new URL((each as HTMLAnchorElement).href).pathname))
  expect(links).toEqual(addresses.map((address) => `/${address}`))
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  await page.context().close()
})
