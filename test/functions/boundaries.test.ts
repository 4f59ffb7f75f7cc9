import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const CHECKOUT = resolve(__dirname, '../..')

/** Inside functions, each may import from those above it, and from its own folder. */
const LAYERS: readonly (readonly string[])[] = [
  ['accountSettings.ts', 'attestSettings.ts', 'behaviourSettings.ts', 'issuance.ts', 'shards.ts'],
  ['proxyRange.ts'],
  // Its groups are those of attestation.
  ['encryptionSettings.ts'],
  ['http', 'config.ts', 'log.ts', 'beforeTermination.ts'],
  ['deadline.ts', 'firebase.ts', 'refusalLog.ts', 'eachShard.ts'],
  ['database.ts', 'identity.ts', 'appCheckTokens.ts'],
  ['shardDatabase.ts'],
  // The one feature that others build on: whose keys they guard, count and sweep.
  ['installs'],
  ['accounts', 'attest', 'encryption', 'gateway', 'guard', 'usage'],
  ['behaviour', 'sweep'],
  ['routes.ts'],
  ['router.ts'],
  ['handler.ts'],
  ['service.ts'],
  ['index.ts'],
]

/** Only types, so nothing is loaded by them: a request carries whose key has signed it, a line what was swept. */
const EXCEPTIONS = new Set([
  'http/apiRequest.ts -> installs/install.ts',
  'log.ts -> sweep/report.ts',
  'log.ts -> behaviour/report.ts',
])

interface Import {
  /** Relative to the package's sources. */
  readonly from: string
  readonly specifier: string
}

/** Static, dynamic and re-exporting ones alike. */
const SPECIFIER = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'([^']+)'/g

function importsOf(sources: string): Import[] {
  const root = join(CHECKOUT, sources)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(SPECIFIER)].map((match) => ({
        from: file,
        specifier: match[1]!,
      })),
    )
}

const isRelative = ({ specifier }: Import) => specifier.startsWith('.')
const packagesOf = (imports: readonly Import[]): string[] => [
  ...new Set(imports.filter((it) => !isRelative(it)).map(({ specifier }) => specifier)),
]
const targetOf = ({ from, specifier }: Import): string => join(dirname(from), specifier)
const isBuiltIn = (name: string) =>
  name.startsWith('node:') && builtinModules.includes(name.slice('node:'.length))

const FUNCTIONS = importsOf('functions/src')
const PROTOCOL = importsOf('protocol/src')
const RTDB = importsOf('rtdb/src')
const CLIENT = importsOf('client/src')
const PAGE = importsOf('web/src')

test.each([
  ['functions', FUNCTIONS],
  ['protocol', PROTOCOL],
  ['rtdb', RTDB],
  ['client', CLIENT],
  ['the page', PAGE],
])('%s reaches into no other folder', (_name, imports) => {
  expect(imports.length).toBeGreaterThan(20)
  const outside = imports.filter((it) => isRelative(it) && targetOf(it).startsWith('..'))
  expect(outside).toEqual([])
})

test('the protocol imports nothing at all: it runs in any JavaScript', () => {
  expect(packagesOf(PROTOCOL)).toEqual([])
})

test('the client knows the protocol, and its default entry Firebase', () => {
  expect(packagesOf(CLIENT).sort()).toEqual([
    '@latchkey/protocol',
    'firebase/auth',
    'firebase/database',
  ])
  const known = CLIENT.filter(({ specifier }) => specifier.startsWith('firebase'))
  expect([...new Set(known.map(({ from }) => from))]).toEqual(['index.ts'])
})

test("the SDK calls encryption and does not load it: that is the app's choice", () => {
  const inside = (from: string) => from === 'encryption.ts' || from.startsWith('encryption/')
  const entering = CLIENT.filter((it) => !inside(it.from) && isRelative(it) && inside(targetOf(it)))
  expect(entering).toEqual([])
  expect(CLIENT.filter(({ from }) => from === 'encryption.ts')).not.toEqual([])
})

test('the page knows the SDK by its name, as an app does, with the protocol and Firebase', () => {
  expect(packagesOf(PAGE).sort()).toEqual([
    '@latchkey/client/core',
    '@latchkey/client/encryption',
    '@latchkey/protocol',
    'firebase/app',
    'firebase/auth',
    'firebase/database',
  ])
})

test('the database stands alone', () => {
  expect(packagesOf(RTDB).filter((name) => !isBuiltIn(name))).toEqual(['ws'])
})

test('the service knows the protocol, and not the local database', () => {
  expect(packagesOf(FUNCTIONS).filter((name) => name.startsWith('@latchkey/'))).toEqual([
    '@latchkey/protocol',
  ])
})

test('Firebase is known to the edges alone', () => {
  const known = FUNCTIONS.filter(({ specifier }) => specifier.startsWith('firebase-admin'))
  expect([...new Set(known.map(({ from }) => from))].sort()).toEqual([
    'database.ts',
    'firebase.ts',
    'identity.ts',
  ])
})

test('inside the service, imports point one way', () => {
  const areaOf = (file: string) => file.split('/')[0]!
  const layerOf = (file: string) => LAYERS.findIndex((areas) => areas.includes(areaOf(file)))
  const wrong = FUNCTIONS.filter(isRelative)
    .map((it) => ({ from: it.from, to: targetOf(it) }))
    .filter(({ from, to }) => areaOf(from) !== areaOf(to) && layerOf(to) >= layerOf(from))
    .map(({ from, to }) => `${from} -> ${to}`)
    .filter((text) => !EXCEPTIONS.has(text))
  expect([...new Set(wrong)]).toEqual([])
  // Each file has its place in the table.
  const files = [...new Set(FUNCTIONS.map(({ from }) => from))]
  expect(files.filter((file) => layerOf(file) < 0)).toEqual([])
})

test('nothing is imported in a circle', () => {
  for (const imports of [FUNCTIONS, PROTOCOL, CLIENT, PAGE]) {
    const edges = new Map<string, string[]>()
    for (const it of imports.filter(isRelative)) {
      edges.set(it.from, [...(edges.get(it.from) ?? []), targetOf(it)])
    }
    expect(circlesIn(edges)).toEqual([])
  }
})

/** The files that can be reached from themselves. */
function circlesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  return [...edges.keys()].filter((start) => {
    const reached = new Set<string>()
    const queue = [...(edges.get(start) ?? [])]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (reached.has(next)) continue
      reached.add(next)
      queue.push(...(edges.get(next) ?? []))
    }
    return reached.has(start)
  })
}
