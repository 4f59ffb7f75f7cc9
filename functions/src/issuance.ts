/** How a key comes to its app; README.md says what each gives up. */
export const ISSUANCES = ['challenge', 'direct', 'static'] as const
export type Issuance = (typeof ISSUANCES)[number]

/** What step 1 does. Only a challenge has a second step. */
export const STEP_1 = { challenge: 'challenge', direct: 'direct', static: 'shared' } as const

/**
 * The one key of `static`: it is known by its ID, and the rules let this one be made without a claim
 * and dropped at any place. It lives in the first database, as its digits say.
 */
export const SHARED_KEY_ID = '0'.repeat(32)

/** Where its record says that it is: a slot that no device ID will hash to. */
export const SHARED_PLACE = { uid: 'static', slot: '0'.repeat(22) }

/**
 * Refuses to hand one key to everybody, unless it was asked for twice: what is meant for a classroom
 * must not be deployed by a forgotten line.
 * @throws Error; thrown while the code loads, it ends the process
 */
export function refuseSharedKey(env: Readonly<Record<string, string | undefined>>): void {
  if (env['ISSUANCE'] !== 'static' || env['ALLOW_STATIC_KEY'] === 'true') return
  if (env['FUNCTIONS_EMULATOR'] === 'true' && env['K_CONFIGURATION'] === undefined) return
  throw new Error(
    'ISSUANCE=static gives all apps the same key: for teaching only. Set ALLOW_STATIC_KEY=true if that is meant. Refusing to start.',
  )
}
