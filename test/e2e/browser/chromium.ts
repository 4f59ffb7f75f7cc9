import { chromium, type Browser } from 'playwright-core'
import { compareInBrowser } from '../harness/conformance.ts'
import { installedBrowser } from './installedBrowser.ts'

/** Of the browser that comes from npm. */
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

async function launch(): Promise<Browser> {
  const installed = installedBrowser()
  if (installed !== undefined) {
    return chromium.launch({ executablePath: installed, args: ['--no-sandbox'] })
  }
  const { default: packed } = await import('@sparticuz/chromium')
  const args = packed.args.filter((arg) => !DROPPED.has(arg))
  return chromium.launch({ executablePath: await packed.executablePath(), args })
}
