import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** Where a browser may be installed; else the one that comes from npm is unpacked. */
const INSTALLED = ['/usr/bin/google-chrome', '/usr/bin/chromium', '/usr/bin/chromium-browser']

/** A real Chromium without a window. `CHROME_PATH` names another. */
export async function startChromium(): Promise<Browser> {
  const installed = process.env['CHROME_PATH'] ?? INSTALLED.find((path) => existsSync(path))
  if (installed !== undefined) {
    return chromium.launch({ executablePath: installed, args: ['--no-sandbox'] })
  }
  const { default: packed } = await import('@sparticuz/chromium')
  // In one process, the browser ends with its first context.
  const args = packed.args.filter((arg) => arg !== '--single-process')
  return chromium.launch({ executablePath: await packed.executablePath(), args })
}
