import { readFileSync } from 'node:fs'

import { inCheckout } from './checkout.ts'
import type { Ports } from './ports.ts'
import { namespace, type Running } from './running.ts'

interface FirebaseJson {
  readonly hosting: { readonly headers: readonly HeaderRule[] }
}

interface HeaderRule {
  readonly source: string
  readonly headers: readonly { readonly key: string; readonly value: string }[]
}

/** The project's own firebase.json, with the ports, the database and the addresses of this run. */
export function localFirebaseJson(ports: Ports, running: Running): object {
  const ours = JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as FirebaseJson
  const listen = Object.entries(ports).map(
    ([part, port]) => [part, { host: '127.0.0.1', port }] as const,
  )
  return {
    ...ours,
    hosting: { ...ours.hosting, headers: ours.hosting.headers.map((rule) => local(rule, running)) },
    database: [{ instance: namespace, rules: 'database.rules.json' }],
    emulators: {
      ...Object.fromEntries<object>(listen),
      ui: { enabled: false },
      singleProjectMode: true,
    },
  }
}

/** A page that may call Firebase may call what stands in for it here, and Firebase itself no more. */
function local(rule: HeaderRule, running: Running): HeaderRule {
  const { authEmulatorHost, databaseEmulatorHost, attestIssuerUrl = '' } = running
  const emulators =
    `http://${authEmulatorHost} ws://${databaseEmulatorHost} ${attestIssuerUrl}`.trimEnd()
  const headers = rule.headers.map(({ key, value }) => ({
    key,
    value: value.replace(/(connect-src 'self') [^;]+/, `$1 ${emulators}`),
  }))
  return { ...rule, headers }
}
