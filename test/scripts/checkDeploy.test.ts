import { spawnSync } from 'node:child_process'

import { inCheckout } from '../../scripts/local/checkout.ts'
import { deploymentFaults } from '../../scripts/local/expectedDeployment.ts'

/** It installs 180 packages; on a slow line that takes a minute. */
const limitMs = 180_000

test(
  'what is uploaded works alone: api, sweep and assess are found with their options',
  () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [inCheckout('scripts/bootstrap.js'), inCheckout('scripts/check-deploy.ts')],
      { encoding: 'utf8' },
    )
    expect(`${stdout}${stderr}`).toContain('Ready to deploy: api, assess, sweep')
    expect(status).toBe(0)
  },
  limitMs,
)

test('a secret in the upload, a missing function and a lost option are told', () => {
  const manifest = { endpoints: { api: { platform: 'gcfv2' } }, params: [] }
  const faults = deploymentFaults(['package.json', '.secret.local'], manifest)
  expect(faults).toContain('package-lock.json is not uploaded')
  expect(faults).toContain('.secret.local is uploaded')
  expect(faults).toContain(
    'endpoints.api.maxInstances is undefined, not "{{ params.MAX_INSTANCES }}"',
  )
  expect(faults.join('\n')).toContain('endpoints.sweep is undefined')
  expect(faults.join('\n')).toContain('endpoints.assess is undefined')
})
