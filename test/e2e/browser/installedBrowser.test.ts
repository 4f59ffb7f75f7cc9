import { installedBrowser } from './installedBrowser.ts'

const nothing = () => false
const CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
const EDGE = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge'

test('CHROME_PATH goes first, anywhere', () => {
  for (const platform of ['linux', 'darwin', 'win32', 'freebsd']) {
    expect(installedBrowser(platform, { CHROME_PATH: '/my/chrome' }, nothing)).toBe('/my/chrome')
  }
})

test('on macOS, Chrome is found where it installs itself, and else Edge', () => {
  expect(installedBrowser('darwin', {}, () => true)).toBe(CHROME)
  expect(installedBrowser('darwin', {}, (path) => path === EDGE)).toBe(EDGE)
})

test('on Linux, the one from npm stands in', () => {
  expect(installedBrowser('linux', {}, nothing)).toBeUndefined()
})

test.each(['darwin', 'win32', 'freebsd'])(
  'on %s, where the one from npm does not run, it says what to do',
  (platform) => expect(() => installedBrowser(platform, {}, nothing)).toThrow('CHROME_PATH'),
)
