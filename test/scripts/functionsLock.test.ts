import { readFileSync } from 'node:fs'

import { inCheckout } from '../../scripts/local/checkout.ts'

type Packages = Record<string, { version?: string; dependencies?: Record<string, string> }>

const read = <Content>(file: string) =>
  JSON.parse(readFileSync(inCheckout(file), 'utf8')) as Content

const alone = read<{ packages: Packages }>('functions/package-lock.json').packages
const whole = read<{ packages: Packages }>('package-lock.json').packages
const manifest = read<{ dependencies: Record<string, string> }>('functions/package.json')

// If one of these fails: node scripts/bootstrap.js scripts/lock-functions.ts

test('the lockfile of the functions is made for their own dependencies', () => {
  expect(alone['']?.dependencies).toEqual(manifest.dependencies)
})

test('every package is deployed in the version that is tested', () => {
  const others = Object.entries(alone).filter(
    ([path, { version }]) => path !== '' && whole[path]?.version !== version,
  )
  expect(others).toEqual([])
})
