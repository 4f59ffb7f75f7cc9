import type { Database } from '../../../functions/src/database.ts'
import type { Issuing } from '../../../functions/src/installs/issuing.ts'
import { makeInstallStore, type Place } from '../../../functions/src/installs/store.ts'
import { STORE_SETTINGS, placeOf, startBackend, type Backend } from './harness/backend.ts'
import { activeKeysOf, faultsOf } from './harness/faults.ts'

let backend: Backend
let places = 0

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.close())

/** Like a process that has ended: nothing comes back from it. */
const NEVER = new Promise<never>(() => undefined)

/** Says at which operation the process dies, and whether that one still reaches the database. */
interface Death {
  readonly operation: number
  readonly when: 'before' | 'after'
}

/** A database whose caller dies. `died` settles when it has, `operations` counts what it did. */
function mortal(database: Database, death: Death) {
  let operations = 0
  let die = (): void => undefined
  const died = new Promise<'died'>((resolve) => (die = () => resolve('died')))
  const step = async <T>(operate: () => Promise<T>): Promise<T> => {
    const at = operations
    operations += 1
    if (at > death.operation || (at === death.operation && death.when === 'before')) {
      die()
      return NEVER
    }
    const result = await operate()
    if (at === death.operation) {
      die()
      return NEVER
    }
    return result
  }
  const mortalDatabase: Database = {
    ...database,
    read: (path) => step(() => database.read(path)),
    select: (table, selection) => step(() => database.select(table, selection)),
    write: (values) => step(() => database.write(values)),
    create: (path, value) => step(() => database.create(path, value)),
  }
  return { mortalDatabase, died, operations: () => operations }
}

interface Flow {
  readonly name: string
  /** What is there before. */
  readonly prepare: (place: Place) => Promise<void>
  readonly run: (issuing: Issuing, place: Place) => Promise<unknown>
}

const registered = async (place: Place) => void (await backend.register(place))
const current = async (place: Place) =>
  (await backend.store.read(activeKeysOf(backend.data(), place)[0]!))!

const FLOWS: readonly Flow[] = [
  {
    name: 'a first registration',
    prepare: () => Promise.resolve(),
    run: bothSteps,
  },
  {
    name: 'a registration over an earlier key',
    prepare: registered,
    run: bothSteps,
  },
  {
    name: 'a rotation',
    prepare: registered,
    run: async (issuing, place) => issuing.rotate(await current(place)),
  },
  {
    name: 'a revocation',
    prepare: registered,
    run: async (issuing, place) => issuing.revoke(await current(place), 'test'),
  },
  {
    name: 'a revocation of a key in its grace',
    prepare: async (place) => {
      await backend.register(place)
      await backend.issuing.rotate(await current(place))
    },
    run: async (issuing, place) => {
      const old = Object.entries(backend.data()['installs']!).find(
        ([, row]) =>
          (row['uid'] as unknown) === place.uid && (row['status'] as unknown) === 'superseded',
      )!
      return issuing.revoke((await backend.store.read(old[0]))!, 'test')
    },
  },
]

async function bothSteps(issuing: Issuing, place: Place): Promise<unknown> {
  await issuing.challenge(place, true)
  return issuing.redeem(place, backend.otpAt(place) ?? '00000000', true)
}

/** As a process that starts anew sees it. */
const appStartsAgain = async (place: Place): Promise<void> => {
  backend.clock.ms += 60_000
  const drop = backend.credentialAt(place)
  const active = activeKeysOf(backend.data(), place)
  // The app has its key, or begins again: it never waits for a drop that does not come.
  expect(active).toEqual(drop === undefined ? [] : [drop.keyId])
  const { keyId } = await backend.register(place)
  expect(activeKeysOf(backend.data(), place)).toEqual([keyId])
}

describe.each(FLOWS)('$name that dies (T12)', ({ prepare, run }) => {
  const newPlace = async () => {
    const place = placeOf((places += 1))
    await prepare(place)
    return place
  }

  test('before or after any operation leaves a key with its drop, or neither', async () => {
    const immortal = { operation: Infinity, when: 'after' } as const
    const whole = mortal(backend.database, immortal)
    await run(
      backend.issuingWith({ store: makeInstallStore(whole.mortalDatabase, STORE_SETTINGS) }),
      await newPlace(),
    )
    expect(whole.operations()).toBeGreaterThan(0)

    for (let operation = 0; operation < whole.operations(); operation += 1) {
      for (const when of ['before', 'after'] as const) {
        const place = await newPlace()
        const { mortalDatabase, died } = mortal(backend.database, { operation, when })
        const issuing = backend.issuingWith({
          store: makeInstallStore(mortalDatabase, STORE_SETTINGS),
        })
        expect(await Promise.race([run(issuing, place), died])).toBe('died')
        expect(faultsOf(backend.data())).toEqual([])
        await appStartsAgain(place)
        expect(faultsOf(backend.data())).toEqual([])
      }
    }
  })
})
