import type { LocalRun } from '../localRun.ts'

/** What says to the service that the app calls, and no script. */
export interface Attestation {
  isOn: boolean
  /** Headers for one call: a token may be good once. None while it is off. */
  headers(): Promise<Readonly<Record<string, string>>>
}

/**
 * App Check's tokens as the issuer of a local run makes them. It stands in for the SDK of App Check,
 * which would ask Google; a deployed page has no such issuer, and sends none.
 */
export function makeAttestation(load: typeof fetch, local: LocalRun | undefined): Attestation {
  const attestation: Attestation = {
    isOn: local?.enforcesAttestation === true,
    headers: async () => {
      if (local === undefined || !attestation.isOn) return {}
      const answer = await load(`${local.attestIssuerUrl}/token/app-check`, { cache: 'no-store' })
      if (!answer.ok) throw new Error(`The issuer of attestation tokens answers ${answer.status}.`)
      return { 'X-Firebase-AppCheck': await answer.text() }
    },
  }
  return attestation
}
