import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import ts from 'typescript'

const CHECKOUT = resolve(__dirname, '../..')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-client-'))
  execFileSync(process.execPath, [join(CHECKOUT, 'client/build.js'), folder])
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

test.each(['esm/index.js', 'esm/core.js', 'cjs/index.js', 'cjs/core.js'])(
  '%s is at most 8 kB gzipped, Firebase not counted',
  (name) => {
    expect(gzipSync(read(name)).length).toBeLessThanOrEqual(8192)
  },
)

test.each(['esm/encryption.js', 'cjs/encryption.js'])(
  '%s is at most 4 kB gzipped, and nobody loads it who does not ask for it',
  (name) => {
    expect(gzipSync(read(name)).length).toBeLessThanOrEqual(4096)
    const others = ['esm/index.js', 'esm/core.js', 'cjs/index.js', 'cjs/core.js'].map(read)
    for (const text of others) expect(text).not.toMatch(/A256GCM|RSA-OAEP|application\/jose/)
  },
)

test('the core and encryption import nothing, the default entry Firebase alone', () => {
  const imported = (text: string) =>
    [...text.matchAll(/(?:from|import|require\()\s*"([^"]+)"/g)].map(([, name]) => name).sort()
  expect(imported(read('esm/core.js'))).toEqual([])
  expect(imported(read('cjs/core.js'))).toEqual([])
  expect(imported(read('esm/encryption.js'))).toEqual([])
  expect(imported(read('cjs/encryption.js'))).toEqual([])
  expect(imported(read('esm/index.js'))).toEqual(['firebase/auth', 'firebase/database'])
})

test.each([
  ['core', 'createLatchkey'],
  ['encryption', 'deviceKey,serverKey'],
])('both forms of %s load in plain Node and give the same', (entry, expected) => {
  const print = 'console.log(Object.keys(loaded).sort().join())'
  const run = (type: string, load: string) =>
    execFileSync(process.execPath, [`--input-type=${type}`, '-e', `${load}; ${print}`]).toString()
  const file = (format: string) => JSON.stringify(join(folder, format, `${entry}.js`))
  const names = run('commonjs', `const loaded = require(${file('cjs')})`)
  expect(names).toContain(expected)
  expect(run('module', `import * as loaded from ${file('esm')}`)).toBe(names)
})

describe('to a resolver that does not read `exports`', () => {
  let app: string
  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), 'latchkey-app-'))
    const installed = join(app, 'node_modules/@latchkey/client')
    cpSync(folder, installed, { recursive: true })
    const manifest = JSON.parse(read('package.json')) as { exports?: object }
    delete manifest.exports
    writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest))
  })
  afterAll(() => rmSync(app, { recursive: true, force: true }))

  test.each([
    ['@latchkey/client', 'index'],
    ['@latchkey/client/core', 'core'],
    ['@latchkey/client/encryption', 'encryption'],
  ])('%s has its code and its types', (name, entry) => {
    const inPackage = (path: string) => path.split('@latchkey/client/')[1]
    const importer = join(app, 'app.js')
    expect(inPackage(createRequire(importer).resolve(name))).toBe(`cjs/${entry}.js`)
    const options = { moduleResolution: ts.ModuleResolutionKind.Node10 }
    const { resolvedModule } = ts.resolveModuleName(name, importer, options, ts.sys)
    const types = `cjs/types/client/src/${entry}.d.ts`
    expect(inPackage(resolvedModule!.resolvedFileName)).toBe(types)
    const manifest = entry === 'index' ? 'package.json' : `${entry}/package.json`
    const { module: esm } = JSON.parse(read(manifest)) as { module: string }
    expect(resolve(folder, manifest, '..', esm)).toBe(join(folder, `esm/${entry}.js`))
  })
})

test('every file that the manifest names is there, and its types need no other package of ours', () => {
  const manifest = JSON.parse(read('package.json')) as { exports: object; sideEffects: boolean }
  const named = [...JSON.stringify(manifest.exports).matchAll(/"(\.\/[^"]+\.[a-z.]+)"/g)]
  expect(named).toHaveLength(12)
  for (const [, name] of named)
    expect([name, existsSync(join(folder, name!))]).toEqual([name, true])
  expect(manifest.sideEffects).toBe(false)
  const types = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.d.ts'),
  )
  expect(types.length).toBeGreaterThan(20)
  for (const name of types) expect(read(name)).not.toMatch(/'@latchkey\/|\.ts'/)
})

test('an app’s compiler finds every type that it needs, without skipLibCheck', () => {
  const entries = ['core', 'encryption'].map((entry) =>
    join(folder, `esm/types/client/src/${entry}.d.ts`),
  )
  const program = ts.createProgram(entries, {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  })
  const found = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
  expect(found).toEqual([])
}, 60_000)
