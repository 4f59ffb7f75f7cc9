import { readFileSync } from 'node:fs'

import { inCheckout } from '../../../scripts/local/checkout.ts'
import { otherPlatforms, type Lockfile } from '../../../scripts/local/otherPlatforms.ts'

test('packages for other platforms are locked in the version that is asked for', () => {
  const lock = {
    packages: {
      'node_modules/tool': {
        dev: true,
        optionalDependencies: {
          '@tool/linux-x64-gnu': '1.2.3',
          '@tool/core-darwin-arm64': '1.2.3',
        },
      },
      'node_modules/@tool/linux-x64-gnu': { version: '1.2.3' },
    },
  }
  expect(otherPlatforms(lock)).toEqual({
    'node_modules/@tool/core-darwin-arm64': {
      version: '1.2.3',
      cpu: ['arm64'],
      dev: true,
      optional: true,
      os: ['darwin'],
    },
  })
})

test.each(['package-lock.json', 'functions/package-lock.json'])(
  'npm ci accepts %s on every platform (else: node scripts/bootstrap.js scripts/complete-lock.ts)',
  (file) => {
    const lock = JSON.parse(readFileSync(inCheckout(file), 'utf8')) as Lockfile
    expect(Object.keys(otherPlatforms(lock))).toEqual([])
  },
)
