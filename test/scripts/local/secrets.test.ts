import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ensureSecrets, randomSecrets, secretIn } from '../../../scripts/local/secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
const file = join(folder, '.secret.local')
afterEach(() => rmSync(file, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

test('a master secret is 32 random bytes under version 1', () => {
  const master = secretIn(randomSecrets(), 'MASTER_SECRETS')
  expect(master).toMatch(/^\{"1":"[A-Za-z0-9_-]{43}"\}$/)
  expect(secretIn(randomSecrets(), 'MASTER_SECRETS')).not.toBe(master)
})

test('secrets are made once, for their owner alone, and never replaced', () => {
  expect(ensureSecrets(file)).toBe(true)
  const made = readFileSync(file, 'utf8')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(ensureSecrets(file)).toBe(false)
  expect(readFileSync(file, 'utf8')).toBe(made)
})

test('a secret that is missing is added, and the others stay', () => {
  writeFileSync(file, 'MASTER_SECRETS={"1":"mine"}')
  expect(ensureSecrets(file)).toBe(true)
  expect(readFileSync(file, 'utf8')).toMatch(
    /^MASTER_SECRETS=\{"1":"mine"\}\nSMS_SECRET=unused\n(?:[A-Z_]+=\S+\n)+$/,
  )
})
