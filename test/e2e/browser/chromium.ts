import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { compareInBrowser } from '../harness/conformance.ts'

/** Where a browser may be installed; else the one that comes from npm is unpacked. */
const INSTALLED = ['/usr/bin/google-chrome', '/usr/bin/chromium', '/usr/bin/chromium-browser']

const DROPPED = new Set([
  // In one process, the browser ends with its first context.
  '--single-process',
  // Any page could read any answer, as in nobody's browser.
  '--disable-web-security',
])

/** A real Chromium without a window, whose answers of the API are compared with the document, too. */
export async function startChromium(): Promise<Browser> {
  const browser = await launch()
  const newContext = browser.newContext.bind(browser)
  browser.newContext = async (options) => {
    const context = await newContext(options)
    compareInBrowser(context)
    return context
  }
  return browser
}

/** `CHROME_PATH` names another than those that are looked for. */
async function launch(): Promise<Browser> {
  const installed = process.env['CHROME_PATH'] ?? INSTALLED.find((path) => existsSync(path))
  if (installed !== undefined) {
    return chromium.launch({ executablePath: installed, args: ['--no-sandbox'] })
  }
  const { default: packed } = await import('@sparticuz/chromium')
  const args = packed.args.filter((arg) => !DROPPED.has(arg))
  return chromium.launch({ executablePath: await packed.executablePath(), args })
}
