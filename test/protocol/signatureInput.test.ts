import fc from 'fast-check'
import {
  COMPONENTS_ALWAYS,
  FORMATS,
  formatSignatureParams,
  parseSignatureInput,
} from '../../protocol/src/index.ts'

const NONCE = 'AAECAwQFBgcICQoLDA0ODw'
const KEY_ID = '019aa0000000700080000000000000a1'
const LIST = '("@method" "@path" "@query" "x-api-key")'
const PARAMS = `created=1795300000;nonce="${NONCE}";keyid="${KEY_ID}";alg="hmac-sha256";tag="latchkey"`
const GOOD = `lk=${LIST};${PARAMS}`

test('a good header is read', () => {
  expect(parseSignatureInput(GOOD)).toEqual({
    label: 'lk',
    components: COMPONENTS_ALWAYS,
    signatureParams: `${LIST};${PARAMS}`,
    created: 1795300000,
    expires: undefined,
    nonce: NONCE,
    keyId: KEY_ID,
  })
})

test('parameters, components and the label are read in any order and form', () => {
  const params = fc.shuffledSubarray([...PARAMS.split(';'), 'expires=1795300060'], { minLength: 6 })
  const components = fc.shuffledSubarray([...COMPONENTS_ALWAYS], { minLength: 4 })
  const labels = fc.stringMatching(FORMATS.label)
  fc.assert(
    fc.property(labels, components, params, (label, names, params) => {
      const signatureParams = [`("${names.join('" "')}")`, ...params].join(';')
      expect(parseSignatureInput(`${label}=${signatureParams}`)).toEqual({
        label,
        components: names,
        signatureParams,
        created: 1795300000,
        expires: 1795300060,
        nonce: NONCE,
        keyId: KEY_ID,
      })
    }),
  )
})

test('what is written is read', () => {
  const seconds = fc.integer({ min: 0, max: 999_999_999_999 })
  const params = fc.record({
    created: seconds,
    expires: fc.option(seconds, { nil: undefined }),
    nonce: fc.stringMatching(FORMATS.nonce),
    keyId: fc.stringMatching(FORMATS.keyId),
  })
  const names = fc.uniqueArray(fc.stringMatching(/^@?[a-z][a-z0-9-]{0,20}$/), { minLength: 1 })
  fc.assert(
    fc.property(names, params, (components, params) => {
      const signatureParams = formatSignatureParams(components, params)
      const parsed = parseSignatureInput(`lk=${signatureParams}`)
      expect(parsed).toEqual({ label: 'lk', components, signatureParams, ...params })
    }),
  )
})

/** T18. Each is the good header with one change; many are good structured fields of another profile. */
test.each([
  ['nothing', ''],
  ['an equals sign alone', '='],
  ['no label', GOOD.slice(3)],
  ['an empty label', GOOD.slice(2)],
  ['an upper-case label', GOOD.replace('lk', 'LK')],
  ['a label that starts with a digit', GOOD.replace('lk', '1k')],
  ['a label of 65 characters', GOOD.replace('lk', 'l'.repeat(65))],
  ['white space before', ` ${GOOD}`],
  ['white space after', `${GOOD} `],
  ['white space around the equals sign', GOOD.replace('=', ' = ')],
  ['white space in the list', GOOD.replace('("', '( "')],
  ['white space at the end of the list', GOOD.replace('")', '" )')],
  ['two spaces in the list', GOOD.replace(' ', '  ')],
  ['a tab in the list', GOOD.replace(' ', '\t')],
  ['white space after a semicolon', GOOD.replace(';', '; ')],
  ['white space before a semicolon', GOOD.replace(';', ' ;')],
  ['white space in a parameter', GOOD.replace('created=', 'created= ')],
  ['two signatures', `${GOOD}, sig2=${LIST};${PARAMS}`],
  ['two signatures without a space', `${GOOD},sig2=${LIST};${PARAMS}`],
  ['the same signature twice', `${GOOD}, ${GOOD}`],
  ['a trailing comma', `${GOOD},`],
  ['a leading comma', `,${GOOD}`],
  ['an item instead of a list', `lk="@method";${PARAMS}`],
  ['an unclosed list', GOOD.replace(')', '')],
  ['a list closed twice', GOOD.replace(')', '))')],
  ['a list in a list', GOOD.replace('"@path"', '("@path")')],
  ['an empty list', `lk=();${PARAMS}`],
  ['a token in the list', GOOD.replace('"@path"', 'path')],
  ['bytes in the list', GOOD.replace('"@path"', ':QHBhdGg=:')],
  ['an empty component', GOOD.replace('"@path"', '""')],
  ['an escape in a component', GOOD.replace('@path', '@pa\\"th')],
  ['an upper-case component', GOOD.replace('x-api-key', 'X-API-Key')],
  ['a component twice', GOOD.replace('@query', '@path')],
  ['components without a space', GOOD.replace('" "', '""')],
  ['a comma between components', GOOD.replace(' ', ', ')],
  ['the component parameter sf', GOOD.replace('"x-api-key"', '"x-api-key";sf')],
  ['the component parameter bs', GOOD.replace('"x-api-key"', '"x-api-key";bs')],
  ['the component parameter key', GOOD.replace('"x-api-key"', '"x-api-key";key="a"')],
  ['the component parameter req', GOOD.replace('"@method"', '"@method";req')],
  ['the component parameter tr', GOOD.replace('"x-api-key"', '"x-api-key";tr')],
  ['no parameters', `lk=${LIST}`],
  ['an empty parameter', `${GOOD};`],
  ['two semicolons', GOOD.replace(';', ';;')],
  ['an unknown parameter', `${GOOD};a=1`],
  ['an unknown flag', `${GOOD};a`],
  ['a known parameter with a suffix', GOOD.replace('nonce=', 'nonce2=')],
  ['an upper-case parameter', GOOD.replace('nonce=', 'Nonce=')],
  ['created twice', `${GOOD};created=1795300000`],
  ['nonce twice', `${GOOD};nonce="${NONCE}"`],
  ['keyid twice', `${GOOD};keyid="${KEY_ID}"`],
  ['alg twice', `${GOOD};alg="hmac-sha256"`],
  ['tag twice', `${GOOD};tag="latchkey"`],
  ['expires twice', `${GOOD};expires=1795300060;expires=1795300060`],
  ['no created', GOOD.replace('created=1795300000;', '')],
  ['no nonce', GOOD.replace(`nonce="${NONCE}";`, '')],
  ['no keyid', GOOD.replace(`keyid="${KEY_ID}";`, '')],
  ['no alg', GOOD.replace('alg="hmac-sha256";', '')],
  ['no tag', GOOD.replace(';tag="latchkey"', '')],
  ['created as a flag', GOOD.replace('created=1795300000', 'created')],
  ['created as a string', GOOD.replace('1795300000', '"1795300000"')],
  ['created as a decimal', GOOD.replace('1795300000', '1795300000.0')],
  ['created as a date', GOOD.replace('1795300000', '@1795300000')],
  ['created with an exponent', GOOD.replace('1795300000', '17953e5')],
  ['created with a leading zero', GOOD.replace('1795300000', '01795300000')],
  ['created with a plus', GOOD.replace('1795300000', '+1795300000')],
  ['a negative created', GOOD.replace('1795300000', '-1795300000')],
  ['created minus zero', GOOD.replace('1795300000', '-0')],
  ['created of 13 digits', GOOD.replace('1795300000', '1795300000000')],
  ['an empty created', GOOD.replace('1795300000', '')],
  ['expires as a string', `${GOOD};expires="1795300060"`],
  ['an empty expires', `${GOOD};expires=`],
  ['a nonce of 15 characters', GOOD.replace(NONCE, NONCE.slice(0, 15))],
  ['a nonce of 65 characters', GOOD.replace(NONCE, 'a'.repeat(65))],
  ['a nonce with a semicolon', GOOD.replace(NONCE, `${NONCE};a`)],
  ['a nonce with a slash', GOOD.replace(NONCE, `${NONCE}/`)],
  ['a nonce with a dot', GOOD.replace(NONCE, `${NONCE}.`)],
  ['a nonce with an escape', GOOD.replace(NONCE, `${NONCE}\\\\`)],
  ['a nonce without quotes', GOOD.replace(`"${NONCE}"`, NONCE)],
  ['a nonce with one quote', GOOD.replace(`"${NONCE}"`, `"${NONCE}`)],
  ['a nonce of bytes', GOOD.replace(`"${NONCE}"`, ':AAECAwQFBgcICQoLDA0ODw==:')],
  ['a lone quote', GOOD.replace(`"${NONCE}"`, '"')],
  ['a keyid in upper case', GOOD.replace(KEY_ID, KEY_ID.toUpperCase())],
  ['a short keyid', GOOD.replace(KEY_ID, KEY_ID.slice(1))],
  ['a keyid with dashes', GOOD.replace(KEY_ID, '019aa000-0000-7000-8000-0000000000a1')],
  ['another algorithm', GOOD.replace('hmac-sha256', 'ed25519')],
  ['alg none', GOOD.replace('hmac-sha256', 'none')],
  ['an empty alg', GOOD.replace('hmac-sha256', '')],
  ['alg as a token', GOOD.replace('"hmac-sha256"', 'hmac-sha256')],
  ['another tag', GOOD.replace('latchkey', 'web-bot-auth')],
  ['tag in upper case', GOOD.replace('latchkey', 'Latchkey')],
  ['a line feed', `${GOOD}\n`],
  ['a NUL', GOOD.replace(NONCE, `${NONCE}\0`)],
  ['a full-width digit', GOOD.replace('1795300000', '179530000\uff10')],
  ['a letter that lower-cases to ASCII', GOOD.replace('lk', 'l\u212a')],
])('refused: %s', (_, text) => {
  expect(text).not.toBe(GOOD)
  expect(parseSignatureInput(text)).toBeNull()
})

test('random text, and random cuts of a good one, never throw and are never accepted', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      expect(parseSignatureInput(text)).toBeNull()
    }),
    { numRuns: 2000 },
  )
  for (let end = 0; end < GOOD.length; end += 1) {
    expect(parseSignatureInput(GOOD.slice(0, end))).toBeNull()
    if (end > 2) expect(parseSignatureInput(GOOD.slice(end))).toBeNull()
  }
})
