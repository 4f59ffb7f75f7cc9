import { readFileSync } from 'node:fs'

import { inCheckout } from '../../../scripts/local/checkout.ts'
import { localFirebaseJson, type FirebaseJson } from '../../../scripts/local/localFirebaseJson.ts'
import { usualPorts } from '../../../scripts/local/ports.ts'
import { describeRunning, region } from '../../../scripts/local/running.ts'

test('a local run finds the function also where a deployment has it in another region', () => {
  const text = readFileSync(inCheckout('firebase.json'), 'utf8')
  const abroad = text.replace(/"region": "[^"]+"/, '"region": "europe-west1"')
  expect(abroad).toContain('europe-west1')
  const { hosting } = localFirebaseJson(
    usualPorts,
    describeRunning(usualPorts),
    JSON.parse(abroad) as FirebaseJson,
  )
  expect(hosting.rewrites).toEqual([{ source: '/api/**', function: { functionId: 'api', region } }])
})
