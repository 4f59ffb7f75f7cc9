import { existsSync } from 'node:fs'

/** Where Chromium and its kin put themselves, by `process.platform`; the first that is there is taken. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  linux: ['/usr/bin/google-chrome', '/usr/bin/chromium', '/usr/bin/chromium-browser'],
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

/** The one that comes from npm is made for this one. */
const PACKED_FOR = 'linux'

/**
 * The browser that this machine has: the one that `CHROME_PATH` names, else one of the usual places.
 * Undefined: the one from npm is unpacked.
 * @throws Error where that would not run
 */
export function installedBrowser(
  platform: string = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  isThere: (path: string) => boolean = existsSync,
): string | undefined {
  const named = env['CHROME_PATH']
  if (named) return named
  const found = PLACES[platform]?.find(isThere)
  if (found !== undefined || platform === PACKED_FOR) return found
  throw new Error('No browser found: install Chrome, or name one in CHROME_PATH.')
}
