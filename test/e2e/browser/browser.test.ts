import { build } from 'esbuild'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { ERRORS } from '../../../protocol/src/index.ts'
import { running } from '../harness/running.ts'
import { startChromium } from './chromium.ts'
import { open } from './open.ts'
import type { PageApp } from './page.ts'

// In a real browser: the pages that Hosting serves, and the SDK with the browser's own WebCrypto,
// IndexedDB and locks.

jest.setTimeout(120_000)

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser.close())

describe('the pages', () => {
  test('the first says that the API answers, and nothing complains', async () => {
    const context = await browser.newContext()
    const { page, complaints } = await open('/', context)
    await page.waitForFunction(
      () => document.getElementById('status')!.dataset['state'] !== 'asking',
    )
    expect(await page.getAttribute('#status', 'data-state')).toBe('good')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('each error is found by its code, as `type` of a problem says', async () => {
    const context = await browser.newContext()
    const { page, complaints } = await open('/errors.html', context)
    for (const code of Object.keys(ERRORS)) {
      await page.goto(`${running().hostingUrl}/errors.html#${code}`)
      expect(await page.locator(`#${code}`).isVisible()).toBe(true)
    }
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each([
    ['a phone, in dark', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }],
    ['a desk, in light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ] as const)('nothing is wider than the window of %s', async (_title, options) => {
    const context = await browser.newContext(options)
    for (const path of ['/', '/errors.html', '/api.html']) {
      const { page } = await open(path, context)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBeLessThanOrEqual(options.viewport.width)
    }
    await context.close()
  })
})

describe('a page of another origin', () => {
  const servers: Server[] = []
  afterAll(() => servers.forEach((server) => server.close()))

  /** Served for real: Chromium asks the user before a page that lies nowhere may call this machine. */
  async function pageAt(port: number, context: BrowserContext): Promise<Page> {
    const server = createServer((_req, res) => {
      res
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end('<!doctype html><title>A page</title>')
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return page
  }

  /** What the page's script sees of a call that needs a preflight. */
  const call = (page: Page, url: string) =>
    page.evaluate(async (address) => {
      try {
        const headers = { 'X-API-Key': 'none', 'X-Requested-With': 'a page' }
        const answer = await fetch(address, { headers })
        return { status: answer.status, requestId: answer.headers.get('X-Request-Id') !== null }
      } catch (error) {
        return { error: (error as Error).name }
      }
    }, url)

  test('calls and reads if it is listed; else the browser keeps everything from it', async () => {
    const context = await browser.newContext()
    const listed = await pageAt(Number(new URL(running().listedOrigin).port), context)
    const other = await pageAt(0, context)
    for (const base of [running().apiBaseUrl, `${running().functionsUrl}/api`]) {
      const url = `${base}/installs/current`
      expect(await call(listed, url)).toEqual({ status: 401, requestId: true })
      expect(await call(other, url)).toEqual({ error: 'TypeError' })
    }
    await context.close()
  })
})

describe('the SDK', () => {
  let script: string
  let context: BrowserContext
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(__dirname, 'page.ts')],
      bundle: true,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
      write: false,
      logLevel: 'silent',
    })
    script = outputFiles[0]!.text
    // Hosting lets its pages talk to nobody but itself; the emulators of Auth and the database are others.
    context = await browser.newContext({ bypassCSP: true })
  })
  afterAll(() => context.close())

  /** The app started in a tab of the browser. */
  async function tab(): Promise<Page> {
    const { page } = await open('/', context)
    await page.addScriptTag({ content: script })
    return page
  }

  const inPage = (page: Page, times: number) => {
    const { projectId, namespace, authEmulatorHost, databaseEmulatorHost } = running()
    const where = { projectId, namespace, authEmulatorHost, databaseEmulatorHost }
    return page.evaluate(
      ([to, many]) => (globalThis as unknown as { pageApp: PageApp }).pageApp.call(to, many),
      [where, times] as const,
    )
  }

  test('many calls and a second tab register once, and the next start uses the same key', async () => {
    const [one, other] = await Promise.all([tab(), tab()])
    // The first tab signs in, and both are the same user.
    const first = await inPage(one, 5)
    const second = await inPage(other, 5)
    expect(new Set([...first, ...second].map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set([...first, ...second].map(({ keyId }) => keyId)).size).toBe(1)
    await one.reload()
    await one.addScriptTag({ content: script })
    expect(await inPage(one, 1)).toEqual([first[0]])
    await Promise.all([one.close(), other.close()])
  })

  test('no script in the page can take the secret along', async () => {
    const page = await tab()
    await inPage(page, 1)
    const loot = await page.evaluate(() =>
      (globalThis as unknown as { pageApp: PageApp }).pageApp.stolen(),
    )
    expect(loot).toContain('InvalidAccessError')
    expect(loot).not.toContain('"k":')
    await page.close()
  })
})
