import { relative } from 'node:path'

import { UPSTREAMS } from '../../functions/src/gateway/upstreams.ts'
import { bundleIn, FILES_BESIDE } from './bundle.ts'
import { inCheckout } from './checkout.ts'
import type { Manifest } from './deployedPackage.ts'

/** What must be uploaded, and nothing else. */
const uploaded = [
  relative(inCheckout('functions'), bundleIn()).replaceAll('\\', '/'),
  'lib/openapi.json',
  ...FILES_BESIDE,
  'package-lock.json',
  'package.json',
]

/** The options that the deployed functions must have. */
const endpoints = {
  api: {
    platform: 'gcfv2',
    entryPoint: 'api',
    region: '{{ params.REGION }}',
    availableMemoryMb: '{{ params.MEMORY_MIB }}',
    concurrency: '{{ params.CONCURRENCY }}',
    minInstances: '{{ params.MIN_INSTANCES }}',
    // The bound on what a flood of requests can cost.
    maxInstances: '{{ params.MAX_INSTANCES }}',
    // The longest that an answer may stream.
    timeoutSeconds: '{{ params.TIMEOUT_SECONDS }}',
    // Apps call it without a Google identity; without this, Cloud Run answers 403.
    httpsTrigger: { invoker: ['public'] },
    secretEnvironmentVariables: [
      { key: 'MASTER_SECRETS' },
      { key: 'SMS_SECRET' },
      { key: 'ATTESTATION_SECRETS' },
      ...UPSTREAMS.flatMap(({ secret }) => (secret ? [{ key: secret.param.name }] : [])),
    ],
  },
  sweep: {
    platform: 'gcfv2',
    entryPoint: 'sweep',
    region: '{{ params.REGION }}',
    // Two sweeps at once would only be in each other's way.
    maxInstances: 1,
    scheduleTrigger: { schedule: '{{ params.SWEEP_SCHEDULE }}', timeZone: 'Etc/UTC' },
    // It sends nothing, so it is not given the provider's secret.
    secretEnvironmentVariables: [{ key: 'MASTER_SECRETS' }],
  },
  assess: {
    platform: 'gcfv2',
    entryPoint: 'assess',
    region: '{{ params.REGION }}',
    maxInstances: 1,
    scheduleTrigger: { schedule: '{{ params.ASSESS_SCHEDULE }}', timeZone: 'Etc/UTC' },
    secretEnvironmentVariables: [{ key: 'MASTER_SECRETS' }],
  },
}

/** What is wrong with an upload, line by line; nothing when it is as it must be. */
export function deploymentFaults(files: readonly string[], manifest: Manifest): string[] {
  return [
    ...uploaded.filter((file) => !files.includes(file)).map((file) => `${file} is not uploaded`),
    ...files.filter((file) => !uploaded.includes(file)).map((file) => `${file} is uploaded`),
    ...differences('endpoints', endpoints, manifest.endpoints),
    ...Object.keys(manifest.endpoints)
      .filter((name) => !(name in endpoints))
      .map((name) => `endpoints.${name} is not known`),
  ]
}

/** Where `actual` lacks what `expected` says; it may say more. */
function differences(path: string, expected: unknown, actual: unknown): string[] {
  if (isRecord(expected) && isRecord(actual)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(`${path}.${key}`, value, actual[key]),
    )
  }
  const [wanted, found] = [JSON.stringify(expected), JSON.stringify(actual)]
  return wanted === found ? [] : [`${path} is ${found}, not ${wanted}`]
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
