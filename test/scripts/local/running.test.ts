import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { usualPorts } from '../../../scripts/local/ports.ts'
import {
  describeRunning,
  readRunning,
  removeRunning,
  writeRunning,
} from '../../../scripts/local/running.ts'

const running = describeRunning(usualPorts)

test('running.json holds exactly the documented fields', () => {
  expect(running).toEqual({
    projectId: 'demo-latchkey',
    apiBaseUrl: 'http://127.0.0.1:5000/api',
    functionsUrl: 'http://127.0.0.1:5001/demo-latchkey/us-central1',
    hostingUrl: 'http://127.0.0.1:5000',
    authEmulatorHost: '127.0.0.1:9099',
    databaseEmulatorHost: '127.0.0.1:9000',
    databaseUrl: 'http://127.0.0.1:9000?ns=demo-latchkey-default-rtdb',
    namespace: 'demo-latchkey-default-rtdb',
  })
})

test('it is written whole, read back, and gone after removal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const file = join(folder, '.local', 'running.json')
  expect(readRunning(file)).toBeUndefined()
  writeRunning(file, running)
  expect(readRunning(file)).toEqual(running)
  expect(readdirSync(join(folder, '.local'))).toEqual(['running.json'])
  removeRunning(file)
  removeRunning(file)
  expect(readRunning(file)).toBeUndefined()
  rmSync(folder, { recursive: true })
})
