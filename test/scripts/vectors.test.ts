import { readdirSync, readFileSync } from 'node:fs'

import { inCheckout } from '../../scripts/local/checkout.ts'
import { vectorFiles } from '../../scripts/vectors/vectorFiles.ts'

const folder = inCheckout('test/vectors')
const committed = (name: string) =>
  JSON.parse(readFileSync(inCheckout('test/vectors', name), 'utf8')) as unknown

const isJson = (name: string) => name.endsWith('.json')

/** Not made by this code, and so not written by its script. */
const FROM_ELSEWHERE = [
  'keyring.json',
  'rfc4231-4.json',
  'rfc6238-b.json',
  'rfc9421-b.2.5.json',
  'rfc9530-b.json',
  'signatures.json',
]

test('the committed vectors are those that the code makes (npm run vectors)', () => {
  const made = vectorFiles()
  for (const [name, content] of Object.entries(made)) {
    expect(committed(name)).toEqual(JSON.parse(JSON.stringify(content)))
  }
  expect(readdirSync(folder).filter(isJson).sort()).toEqual(
    [...Object.keys(made), ...FROM_ELSEWHERE].sort(),
  )
})

test('each file says by its title what it is about', () => {
  for (const name of readdirSync(folder).filter(isJson)) {
    const content = committed(name)
    const parts = Array.isArray(content) ? content : [content]
    for (const part of parts) expect(part).toHaveProperty('title', expect.stringMatching(/.{20,}/))
  }
})
