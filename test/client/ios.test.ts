import { readdirSync, readFileSync } from 'node:fs'

import { inCheckout } from '../../scripts/local/checkout.ts'
import { vectorFiles } from '../../scripts/vectors/vectorFiles.ts'

// There is no Swift here: that the signer for iOS is checked with all vectors, and says that it was not
// compiled, is all that can be shown.

const FOLDER = inCheckout('client/ios')
const read = (file: string) => readFileSync(`${FOLDER}/${file}`, 'utf8')
const sources = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.swift'),
)

test.each(sources)('%s says that it was not compiled here', (file) => {
  expect(read(file).split('\n').slice(0, 2).join('\n')).toContain('Reviewed, not compiled here')
})

test('the README says so, too, and tells what to run on a Mac', () => {
  expect(read('README.md')).toContain('**Not compiled here.**')
  expect(read('README.md')).toContain('swift test')
})

/** Of encrypted bodies, for which there are no sources for iOS: docs/integrate/ios.md says what to use. */
const NOT_OURS = ['jwe.json']
const ours = Object.keys(vectorFiles()).filter((name) => !NOT_OURS.includes(name))

test.each(['rfc4231-4.json', 'rfc9530-b.json', ...ours])(
  'its tests and its README list the vectors of %s',
  (name) => {
    expect(read('Tests/LatchkeyTests/VectorTests.swift')).toContain(`"${name}"`)
    expect(read('README.md')).toContain(`\`${name}\``)
  },
)
