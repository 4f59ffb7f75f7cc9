import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import fc from 'fast-check'

import { slotOf } from '../../functions/src/installs/slot.ts'
import { FORMATS, parseApiKey, parseHmacSecret, parseTarget } from '../../protocol/src/index.ts'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { seconds, startDatabase } from '../functions/harness/database.ts'
import { startInstance } from '../functions/harness/instance.ts'
import { keyOf } from '../functions/harness/key.ts'

// The signer for Android is plain Java: compiled and run here by a JDK, where there is one. Nothing else is
// needed, and nothing is loaded; OkHttp and Android are stood in for by client/android/src/stubs.

jest.setTimeout(120_000)

const SOURCES = inCheckout('client/android/src')
const VECTORS = inCheckout('test/vectors')

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.java'))
    .map((name) => join(SOURCES, folder, name))

function run(command: string, args: readonly string[], input = '') {
  const options = { encoding: 'utf8', input, maxBuffer: 64 * 1024 * 1024 } as const
  const { status, stdout, stderr, error } = spawnSync(command, args, options)
  return { status, output: `${stdout}${stderr}`, isThere: error === undefined }
}

/** Java 8 is what Android's tools take everywhere; a JDK that no longer knows it takes 11. */
function findRelease(): string | undefined {
  if (!run('java', ['-version']).isThere) return undefined
  const { isThere, output } = run('javac', ['--release', '8', '-version'])
  if (!isThere) return undefined
  return output.includes('release version 8 not supported') ? '11' : '8'
}

const release = findRelease()
const withJdk = release === undefined ? describe.skip : describe
if (release === undefined) {
  process.stderr.write(
    '\nNOT TESTED: the Android signer (client/android). It needs javac and java, which are not installed here.\n',
  )
}

withJdk(
  release === undefined
    ? 'NOT TESTED, for want of javac and java: the Android signer'
    : `the Android signer, as Java ${release}`,
  () => {
    let classes: string
    beforeAll(() => {
      classes = mkdtempSync(join(tmpdir(), 'latchkey-java-'))
    })
    afterAll(() => rmSync(classes, { recursive: true }))

    const check = (name: string, ...args: string[]) =>
      run('java', ['-cp', classes, `dev.latchkey.${name}`, ...args])

    test('compiles without a warning', () => {
      const files = ['main', 'stubs', 'example', 'test'].flatMap(sourcesIn)
      // Not of the options: newer compilers say that Java 8 will not be with them for ever.
      const flags = ['-encoding', 'UTF-8', '-Xlint:all,-options', '-Werror', '-d', classes]
      expect(run('javac', ['--release', release!, ...flags, ...files])).toMatchObject({
        output: '',
        status: 0,
      })
    })

    test('computes every vector', () => {
      const { output, status } = check('VectorsCheck', VECTORS)
      expect(output.trim().split('\n')).toEqual(expectedCounts())
      expect(status).toBe(0)
    })

    test('and notices one that is wrong', () => {
      const spoiled = join(classes, 'vectors')
      cpSync(VECTORS, spoiled, { recursive: true })
      const file = join(spoiled, 'signed-requests.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace('lk=:', 'lk=:A'))
      const { output, status } = check('VectorsCheck', spoiled)
      expect(output.match(/FAILED.*/g)).toEqual([
        'FAILED signed-requests.json requests: GET without a body or a query',
      ])
      expect(status).toBe(1)
    })

    test('reads 20,000 random texts as the service does', () => {
      const questions = fc.sample(QUESTION, 20_000)
      const input = questions.map((question) => JSON.stringify(question)).join('\n')
      const { output } = run('java', ['-cp', classes, 'dev.latchkey.ParseCheck'], input)
      const answers = output.split('\n').slice(0, -1)
      expect(answers).toHaveLength(questions.length)
      const differing = questions.flatMap(([kind, text], at) => {
        const ours = READ[kind](text)
        return ours === answers[at] ? [] : [{ kind, text, ours, theirs: answers[at] }]
      })
      expect(differing).toEqual([])
      // The comparison is of something: each kind has its share of both.
      for (const kind of KINDS) {
        const ofKind = answers.filter((_, at) => questions[at]![0] === kind)
        const refused = ofKind.filter((answer) => answer === 'refused')
        expect(refused.length).toBeGreaterThan(500)
        expect(ofKind.length - refused.length).toBeGreaterThan(500)
      }
    })

    test('is accepted by a whole service, once it has learnt the time', async () => {
      const database = await startDatabase()
      const instance = await startInstance(database)
      const { apiKey, secret } = keyOf(0)
      const address = `http://127.0.0.1:${instance.port}`
      const told = [apiKey, secret.toString('base64url'), String(seconds(database.clock))]
      // Not spawnSync: the service is in this very process.
      const args = ['-cp', classes, 'dev.latchkey.LiveCheck', address, ...told]
      const { stdout } = await promisify(execFile)('java', args)
      await instance.close()
      await database.close()
      expect(stdout.trim().split('\n')).toEqual([
        'a clock a day behind: 401',
        'with the time learnt: 200',
        'with a body: 401',
      ])
      const refusals = instance.events.flatMap((event) =>
        event.event === 'refused' ? event.code : [],
      )
      // The last by the handler, behind the guard: there is no such account.
      expect(refusals).toEqual(['clock_skew', 'login_rejected'])
    })

    test('its interceptor signs what is sent, and repeats it once with a genuine time', () => {
      expect(check('InterceptorCheck')).toMatchObject({ output: 'interceptor 7\n', status: 0 })
    })
  },
)

const KINDS = ['target', 'apiKey', 'hmacSecret', 'slot'] as const
type Kind = (typeof KINDS)[number]

/** How the service reads a text, written as ParseCheck.java writes it. */
const READ: Readonly<Record<Kind, (text: string) => string>> = {
  target: (text) => {
    const target = parseTarget(text)
    return target === null ? 'refused' : `${target.path} ${target.query}`
  },
  apiKey: (text) => {
    const key = parseApiKey(text)
    return key === null ? 'refused' : `${key.masterVersion} ${key.keyId}`
  },
  hmacSecret: (text) => {
    const secret = parseHmacSecret(text)
    return secret === null ? 'refused' : Buffer.from(secret).toString('hex')
  },
  slot: (text) => (FORMATS.deviceId.test(text) ? slotOf(text) : 'refused'),
}

/** Good texts, half of them with one or two characters put in, exchanged or taken out. */
const spoiled = (good: fc.Arbitrary<string>, characters: string) => {
  const odd = fc.oneof(fc.constantFrom(...characters), fc.string({ unit: 'binary', maxLength: 1 }))
  const edit = fc.tuple(fc.nat(), fc.nat(1), odd)
  return fc
    .tuple(good, fc.oneof(fc.constant([]), fc.array(edit, { minLength: 1, maxLength: 2 })))
    .map(([text, edits]) =>
      edits.reduce((result, [place, removed, put]) => {
        const at = place % (result.length + 1)
        return result.slice(0, at) + put + result.slice(at + removed)
      }, text),
    )
}

const TEXTS: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  target: spoiled(
    fc.stringMatching(/^\/(api\/)?[a-z0-9.%\/]{0,9}(\?[!-~]{1,6})?$/),
    '/.%?#;\\25eEfFbBcC07 ',
  ),
  apiKey: spoiled(fc.stringMatching(/^lk_v[1-9][0-9]{0,8}_[0-9a-f]{32}_[0-9a-f]{32}$/), '_0gAvV９'),
  hmacSecret: spoiled(fc.stringMatching(FORMATS.hmacSecret), 'AB-_+/='),
  slot: spoiled(fc.stringMatching(/^[A-Za-z0-9._:-]{7,20}$/), '/ä._'),
}

const QUESTION = fc.oneof(
  ...KINDS.map((kind) => TEXTS[kind].map((text): readonly [Kind, string] => [kind, text])),
)

interface Cases {
  readonly cases: readonly unknown[]
  readonly accepted: readonly unknown[]
  readonly refused: readonly { readonly serverTime?: string }[]
  readonly requests: readonly { readonly expires?: number }[]
  readonly apiKeys: Cases
  readonly hmacSecrets: Cases
}

/** What must have been run, from the files themselves. */
function expectedCounts(): string[] {
  const read = (name: string) => JSON.parse(readFileSync(join(VECTORS, name), 'utf8')) as Cases
  const apiKeys = read('api-key.json')
  const both = (name: string, list: string, cases: Cases) => [
    `${name} ${list}accepted ${cases.accepted.length}`,
    `${name} ${list}refused ${cases.refused.length}`,
  ]
  const requestsOf = (name: string) => {
    const made = read(name).requests.filter(({ expires }) => expires === undefined)
    return `${name} requests ${made.length}`
  }
  const skewed = read('variants.json').refused.filter(({ serverTime }) => serverTime !== undefined)
  const jwe = read('jwe.json') as unknown as Record<
    'accepted' | 'refused',
    readonly { readonly recipient: string; readonly jwe: string }[]
  >
  const rsa = jwe.accepted.filter(({ recipient }) => recipient === 'RSA')
  const bad = jwe.refused.filter(({ jwe: text }) => rsa.every((good) => good.jwe !== text))
  return [
    `rfc4231-4.json cases ${read('rfc4231-4.json').cases.length}`,
    ...both('api-key.json', 'apiKeys.', apiKeys.apiKeys),
    ...both('api-key.json', 'hmacSecrets.', apiKeys.hmacSecrets),
    ...both('slot.json', '', read('slot.json')),
    `rfc9530-b.json all ${(read('rfc9530-b.json') as unknown as readonly unknown[]).length}`,
    `content-digest.json cases ${read('content-digest.json').cases.length}`,
    ...both('target.json', '', read('target.json')),
    requestsOf('signed-requests.json'),
    requestsOf('signatures.json'),
    ...both('server-time.json', '', read('server-time.json')),
    `variants.json clock_skew ${skewed.length}`,
    `jwe.json RSA accepted ${rsa.length}`,
    `jwe.json refused ${bad.length}`,
    `jwe.json RSA spoiled ${rsa.length}`,
  ]
}

describe('the sources of the Android signer, which no Android has compiled here', () => {
  const sources = [...sourcesIn('main'), ...sourcesIn('example')].map(
    (file) => [file.slice(SOURCES.length + 1), readFileSync(file, 'utf8')] as const,
  )

  /** In every Android since 5.0 (API 21), the Keystore's since 6.0. */
  const IMPORTS = [
    /^dev\.latchkey\./,
    /^java\.io\.IOException$/,
    /^java\.nio\.charset\.(Charset|StandardCharsets)$/,
    /^java\.security\.(GeneralSecurityException|Key|KeyStore|MessageDigest|NoSuchAlgorithmException|PrivateKey|PublicKey|SecureRandom)$/,
    /^java\.util\.(Collections|LinkedHashMap|Map)$/,
    /^java\.util\.regex\.(Matcher|Pattern)$/,
    /^java\.security\.spec\.MGF1ParameterSpec$/,
    /^javax\.crypto\.(Cipher|Mac|SecretKey)$/,
    /^javax\.crypto\.spec\.(GCMParameterSpec|OAEPParameterSpec|PSource|SecretKeySpec)$/,
  ]
  const OF_EXAMPLES = [/^android\./, /^okhttp3\./, /^okio\./]

  /** Younger than API 21, or dependent on the language that the phone is set to. */
  const TRAPS =
    /String\.(?:format|join)|\.(?:toLowerCase|toUpperCase|getOrDefault|forEach|stream|chars|isBlank|strip|repeat|removeIf)\(|(?:Map|List|Set)\.of\(|java\.time|->|::/

  test.each(sources)('%s uses nothing that an older Android lacks', (file, source) => {
    const accepted = file.startsWith('example') ? [...IMPORTS, ...OF_EXAMPLES] : IMPORTS
    const imports = [...source.matchAll(/^import (.*);$/gm)].map(([, name]) => name!)
    expect(imports.filter((name) => !accepted.some((form) => form.test(name)))).toEqual([])
    const code = source.replace(/\/\*\*.*?\*\/|\/\/[^\n]*/gs, '')
    expect(code).not.toMatch(TRAPS)
  })

  test.each(sources)('%s fits the width of the other sources', (_, source) => {
    expect(source.split('\n').filter((line) => line.length > 110)).toEqual([])
  })
})
