import { readFileSync, writeFileSync } from 'node:fs'

import { inCheckout } from './local/checkout.ts'
import { otherPlatforms, type Lockfile } from './local/otherPlatforms.ts'

// npm leaves the packages for other platforms out of the lockfile when the registry that it was made with does
// not carry them, and `npm ci` then refuses the lockfile everywhere. To be run after each npm install.
for (const name of ['package-lock.json', 'functions/package-lock.json']) {
  const file = inCheckout(name)
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  const added = otherPlatforms(lock)
  const packages = Object.entries({ ...lock.packages, ...added })
  packages.sort(([a], [b]) => (a < b ? -1 : 1))
  const completed = { ...lock, packages: Object.fromEntries(packages) }
  if (Object.keys(added).length) writeFileSync(file, `${JSON.stringify(completed, null, 2)}\n`)
  console.log(`${name}: ${Object.keys(added).length} packages for other platforms added`)
}
