import {
  initializeTestEnvironment,
  type RulesTestEnvironment,
  type TokenOptions,
} from '@firebase/rules-unit-testing'
import { deleteApp, initializeApp } from 'firebase-admin/app'
import { getDatabase } from 'firebase-admin/database'
import { setLogLevel } from '@firebase/logger'
import type { Rtdb } from '../../rtdb/src/index.ts'
import { EVERYBODY, IDENTITIES, type Who } from './identities.ts'

/** What the client SDK and the Admin SDK have in common. */
export interface Sdk {
  ref(path: string): Ref
}

interface Ref {
  get(): Promise<unknown>
  set(value: unknown): Promise<unknown>
  update(values: object): Promise<unknown>
  orderByChild(name: string): Pick<Ref, 'get'>
  orderByValue(): Pick<Ref, 'get'>
}

/** In the order of an index, named as `.indexOn` names it. */
export const inOrderOf = (ref: Pick<Ref, 'orderByChild' | 'orderByValue'>, index: string) =>
  index === '.value' ? ref.orderByValue() : ref.orderByChild(index)

/** Everybody, connected with the SDK that he would use. */
export interface Parties {
  readonly sdkOf: Readonly<Record<Who, Sdk>>
  readonly close: () => Promise<void>
}

/** The name that the library gives its database is that of the project. */
export const NAMESPACE = 'demo-latchkey-default-rtdb'

/** Loads the rules into the database as the library does it, over REST, and connects everybody. */
export async function connectParties({ host, port }: Rtdb, rules: string): Promise<Parties> {
  for (const name of ['HTTP_PROXY', 'http_proxy']) Reflect.deleteProperty(process.env, name)
  process.env['FIREBASE_DATABASE_EMULATOR_HOST'] = `${host}:${port}`
  // The SDKs print a warning for every write that is refused, and most are.
  setLogLevel('error')
  const environment = await initializeTestEnvironment({
    projectId: NAMESPACE,
    database: { host, port, rules },
  })
  const opened = EVERYBODY.map((who) => ({ who, ...open(who, environment) }))
  return {
    sdkOf: Object.fromEntries(opened.map(({ who, sdk }) => [who, sdk])) as Record<Who, Sdk>,
    close: async () => {
      await Promise.all(opened.map(({ close }) => close()))
      await environment.cleanup()
    },
  }
}

interface Opened {
  readonly sdk: Sdk
  readonly close: () => Promise<void>
}

function open(who: Who, environment: RulesTestEnvironment): Opened {
  const identity = IDENTITIES[who]
  if (identity !== null && 'override' in identity) return openAdmin(who, identity.override)
  if (identity === null) {
    return { sdk: environment.unauthenticatedContext().database(), close: done }
  }
  const { sub, ...claims } = identity.token
  // The library's type knows the providers of Firebase Auth only.
  const context = environment.authenticatedContext(sub, claims as TokenOptions)
  return { sdk: context.database(), close: done }
}

/** As functions/src/firebase.ts does it. */
function openAdmin(who: Who, databaseAuthVariableOverride: object): Opened {
  const databaseURL = `https://${NAMESPACE}.firebaseio.com`
  const app = initializeApp({ databaseURL, databaseAuthVariableOverride }, who)
  return { sdk: getDatabase(app), close: () => deleteApp(app) }
}

const done = () => Promise.resolve()
