import { AxeBuilder } from '@axe-core/playwright'
import { readdirSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { inCheckout } from '../../../scripts/local/checkout.ts'
import { startChromium } from './chromium.ts'
import { open } from './open.ts'

// Every page at the root of Hosting, as different people see it; docs.test.ts looks at the documentation.

jest.setTimeout(180_000)

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser.close())

const PAGES = readdirSync(inCheckout('web/public'))
  .filter((name) => name.endsWith('.html'))
  .map((name) => `/${name}`)

test('there are pages', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['/demo.html', '/errors.html', '/index.html']))
})

test.each([
  ['a phone, in dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
  ['a desk, in light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
] as const)('axe finds nothing, nobody else is asked, nothing fails: %s', async (_title, as) => {
  const context = await browser.newContext({ ...as, reducedMotion: 'reduce' })
  for (const path of PAGES) {
    const { page, complaints, strangers } = await open(path, context)
    await page.waitForLoadState('networkidle')
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect([path, violations.map(({ id, nodes }) => [id, nodes[0]?.html])]).toEqual([path, []])
    expect([path, complaints, strangers]).toEqual([path, [], []])
    await page.close()
  }
  await context.close()
})

test.each(PAGES)('%s is no wider than a window of 320 px', async (path) => {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } })
  const { page } = await open(path, context)
  await page.waitForLoadState('networkidle')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  await context.close()
})
