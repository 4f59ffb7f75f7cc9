import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { inCheckout } from './local/checkout.ts'
import { npm } from './local/run.ts'

interface Lockfile {
  name: string
  packages: Record<string, object>
}

// Makes functions/package-lock.json, which Cloud Build installs from. It is cut out of the project's own
// lockfile, so that the deployed function gets the very versions that were tested.
const folder = mkdtempSync(join(tmpdir(), 'latchkey-lock-'))
try {
  const manifest = readFileSync(inCheckout('functions/package.json'), 'utf8')
  writeFileSync(join(folder, 'package.json'), manifest)
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(startingPoint(manifest)))
  if (existsSync(inCheckout('.npmrc'))) copyFileSync(inCheckout('.npmrc'), join(folder, '.npmrc'))
  await npm(['install', '--package-lock-only', '--ignore-scripts', '--no-audit'], { cwd: folder })
  copyFileSync(join(folder, 'package-lock.json'), inCheckout('functions/package-lock.json'))
  console.log('functions/package-lock.json is made.')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The project's lockfile as if its only package were the function; npm drops what that does not need. */
function startingPoint(manifest: string): Lockfile {
  const lock = JSON.parse(readFileSync(inCheckout('package-lock.json'), 'utf8')) as Lockfile
  const installed = Object.entries(lock.packages).filter(
    ([path]) => path.startsWith('node_modules/') && !path.startsWith('node_modules/@latchkey/'),
  )
  const functions = JSON.parse(manifest) as { name: string }
  return { ...lock, ...functions, packages: { '': functions, ...Object.fromEntries(installed) } }
}
