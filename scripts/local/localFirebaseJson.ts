import { readFileSync } from 'node:fs'

import { inCheckout } from './checkout.ts'
import type { Ports } from './ports.ts'
import { namespace, region, type Running } from './running.ts'

export interface FirebaseJson {
  readonly hosting: {
    readonly headers: readonly HeaderRule[]
    readonly rewrites: readonly { readonly function: { readonly region: string } }[]
  }
}

interface HeaderRule {
  readonly source: string
  readonly headers: readonly { readonly key: string; readonly value: string }[]
}

/** The project's own firebase.json, with the ports, the database, the region and the addresses of this run. */
export function localFirebaseJson(
  ports: Ports,
  running: Running,
  ours = JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as FirebaseJson,
): Pick<FirebaseJson, 'hosting'> & Readonly<Record<string, unknown>> {
  const listen = Object.entries(ports).map(
    ([part, port]) => [part, { host: '127.0.0.1', port }] as const,
  )
  return {
    ...ours,
    hosting: {
      ...ours.hosting,
      headers: ours.hosting.headers.map((rule) => local(rule, running)),
      // Wherever a deployment has the function: Hosting would look for it there, and here it is not.
      rewrites: ours.hosting.rewrites.map((rewrite) => ({
        ...rewrite,
        function: { ...rewrite.function, region },
      })),
    },
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
