import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { parseSmsSettings } from '../../functions/src/accounts/sms/smsSettings.ts'
import { DEPLOYMENT, readConfig, SETTINGS } from '../../functions/src/config.ts'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { parseStartOptions } from '../../scripts/local/startOptions.ts'
import { sequenceDiagram } from '../../scripts/site/sequenceDiagram.ts'
import { MASTER_SECRETS } from '../functions/harness/key.ts'
import { GIVEN } from './harness/given.ts'
import { blocksIn, pages } from './harness/pages.ts'
import { routes } from './harness/routes.ts'
import { faultsOf } from './harness/shell.ts'

/** What a block can be; CONTRIBUTING.md has the table. */
const CHECKED = ['ts', 'js', 'sh', 'json', 'dotenv', 'http', 'mermaid']
const SHOWN = ['console', 'text', 'java', 'kotlin', 'swift']

test('every block says what it is', () => {
  for (const { file, blocks } of pages) {
    for (const { language } of blocks) {
      expect([file, [...CHECKED, ...SHOWN]]).toEqual([file, expect.arrayContaining([language])])
    }
  }
})

test('ts and js: every block has the types that it needs', () => {
  const blocks = blocksIn('ts', 'js')
  expect(blocks.length).toBeGreaterThan(10)
  // Inside the checkout, where the packages are found that they import; nothing is written there.
  const folder = inCheckout('test/docs/harness')
  const blockFiles = new Map(
    blocks.map(({ code, language }, index) => [
      join(folder, `block${index}.${language}`),
      `${code}\nexport {}\n`,
    ]),
  )
  const given = join(folder, 'given.d.ts')
  const files = new Map([...blockFiles, [given, GIVEN]])
  const { compilerOptions } = ts.readConfigFile(inCheckout('tsconfig.json'), (file) =>
    readFileSync(file, 'utf8'),
  ).config as { compilerOptions: object }
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, allowJs: true, checkJs: true, noUnusedLocals: false, types: ['node'] },
    inCheckout(),
  )
  const host = ts.createCompilerHost(options)
  const fileExists = host.fileExists.bind(host)
  const readFile = host.readFile.bind(host)
  host.fileExists = (file) => files.has(file) || fileExists(file)
  host.readFile = (file) => files.get(file) ?? readFile(file)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (file, ...rest) => {
    const code = files.get(file)
    return code === undefined
      ? getSourceFile(file, ...rest)
      : ts.createSourceFile(file, code, rest[0], true)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  const faults = [...blockFiles.keys()].flatMap((file, index) => {
    const source = program.getSourceFile(file)!
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .filter(({ code }) => !(file.endsWith('.js') && IMPLICIT_ANY.has(code)))
      .map(
        ({ messageText }) =>
          `${blocks[index]!.name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      )
  })
  expect(faults).toEqual([])
}, 120_000)

/** JavaScript says nothing of its parameters' types. */
const IMPLICIT_ANY = new Set([7006, 7031, 7053])

test.each(blocksIn('sh').map((block) => [block.name, block.code]))(
  'sh: %s names what there is',
  (_name, code) => expect(faultsOf(code)).toEqual([]),
)

test('every npm command that a page names is a script', () => {
  const { scripts } = JSON.parse(readFileSync(inCheckout('package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = pages
    .filter(({ file }) => file !== 'CHANGELOG.md')
    .flatMap(({ file }) => [
      ...readFileSync(inCheckout(file), 'utf8').matchAll(/`npm (?:run )?(?:-s )?([a-z][a-z:-]*)/g),
    ])
    .map(([, name]) => name!)
  expect(named.length).toBeGreaterThan(40)
  const unknown = named.filter(
    (name) => !(name in scripts) && !['ci', 'pack', 'run'].includes(name),
  )
  expect(unknown).toEqual([])
})

test.each(blocksIn('json').map((block) => [block.name, block.code]))('json: %s', (_name, code) => {
  expect(typeof JSON.parse(code)).toBe('object')
})

test.each(blocksIn('dotenv').map((block) => [block.name, block.code]))(
  'dotenv: %s is a configuration that the service takes',
  (_name, code) => {
    const before = { ...process.env }
    const lines = code.split('\n').filter((line) => line !== '')
    const env = Object.fromEntries(lines.map((line) => pairOf(line, '=')))
    const secrets = { MASTER_SECRETS, SMS_SECRET: 'unused', DATABASE_URL: 'https://a.example' }
    try {
      Object.assign(process.env, { ...secrets, ...env })
      parseSmsSettings(readConfig().smsParams())
      const known = Object.values({ ...SETTINGS, ...DEPLOYMENT }).map(({ name }) => name)
      expect(known).toEqual(expect.arrayContaining(Object.keys(env)))
    } finally {
      process.env = before
    }
  },
)

describe.each(blocksIn('http').map((block) => [block.name, block.code]))(
  'http: %s',
  (_name, code) => {
    const [head = '', body] = code.split('\n\n')
    test('its route exists', () => {
      const line = /^(GET|POST|PUT|PATCH|DELETE) (\S+)/.exec(head)
      if (line === null) return expect(head).toMatch(/^(HTTP\/1\.1 \d{3}|[A-Za-z-]+:) /)
      expect(routes.map(({ method, path }) => `${method} ${path}`)).toContain(
        `${line[1]} ${line[2]}`,
      )
    })
    test('its body is JSON', () => {
      expect(() => JSON.parse(body ?? 'null') as unknown).not.toThrow()
    })
  },
)

test('the signed request of the API is a vector', () => {
  const { requests } = JSON.parse(
    readFileSync(inCheckout('test/vectors/signatures.json'), 'utf8'),
  ) as { requests: { method: string; target: string; headers: object; body?: string }[] }
  const shown = blocksIn('http').find(
    ({ file, code }) => file === 'docs/api.md' && code.includes('Signature-Input'),
  )!
  const [head = '', body] = shown.code.split('\n\n')
  const [line = '', ...headers] = head.split('\n')
  const [method = '', target = ''] = line.split(' ')
  expect(requests).toContainEqual(
    expect.objectContaining({
      method,
      target,
      body,
      headers: Object.fromEntries(headers.map((each) => pairOf(each, ': '))),
    }) as unknown,
  )
})

const pairOf = (line: string, separator: string): [name: string, value: string] => {
  const [name = '', ...rest] = line.split(separator)
  return [name, rest.join(separator)]
}

test.each(blocksIn('mermaid').map((block) => [block.name, block.code]))(
  'mermaid: %s',
  (_n, code) => {
    expect(sequenceDiagram(code)).toContain('<svg')
  },
)

test('the options of npm start that the pages name are its own', () => {
  const known = ['--help', '--watch', '--official-database', '--port-offset']
  for (const option of known.slice(0, 3)) expect(() => parseStartOptions([option])).not.toThrow()
  const texts = pages.map(({ file }) => readFileSync(inCheckout(file), 'utf8')).join('\n')
  for (const [, options = ''] of texts.matchAll(/`npm start -- ([^`]+)`/g)) {
    for (const [option] of options.matchAll(/--[a-z-]+/g)) expect(known).toContain(option)
  }
})

test('every file of the project that the pages name in code is there', () => {
  const path =
    /`((?:functions|protocol|client|rtdb|scripts|test|docs|web)\/[A-Za-z0-9_./-]+\.(?:ts|js|json|md|html))`/g
  for (const { file } of pages) {
    for (const [, name = ''] of readFileSync(inCheckout(file), 'utf8').matchAll(path)) {
      // Made by npm run build.
      if (name.startsWith('functions/lib/') || name.includes('/dist/')) continue
      expect([file, name, existsSync(inCheckout(name))]).toEqual([file, name, true])
    }
  }
})
