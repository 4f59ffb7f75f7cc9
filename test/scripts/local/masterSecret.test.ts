import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ensureMasterSecret, randomMasterSecret } from '../../../scripts/local/masterSecret.ts'

test('a master secret is 32 random bytes under version 1, in the form of a dotenv line', () => {
  const line = randomMasterSecret()
  expect(line).toMatch(/^MASTER_SECRETS=\{"1":"[A-Za-z0-9_-]{43}"\}\n$/)
  expect(randomMasterSecret()).not.toBe(line)
})

test('it is made once, for its owner alone, and never replaced', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const file = join(folder, '.secret.local')
  expect(ensureMasterSecret(file)).toBe(true)
  const made = readFileSync(file, 'utf8')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(ensureMasterSecret(file)).toBe(false)
  expect(readFileSync(file, 'utf8')).toBe(made)
  rmSync(folder, { recursive: true })
})
