import { readFileSync } from 'node:fs'

import { ERRORS } from '@latchkey/protocol'

import { inCheckout } from '../../../scripts/local/checkout.ts'
import { errorPage } from '../../../scripts/local/errorPage.ts'

const withoutLayout = (html: string) => html.replace(/\s+/g, '').replaceAll('/>', '>')
const published = readFileSync(inCheckout('web/public/errors.html'), 'utf8')

test('the published page is the one made from the protocol (node scripts/bootstrap.js scripts/error-page.ts)', () => {
  expect(withoutLayout(published)).toBe(withoutLayout(errorPage()))
})

test.each(Object.keys(ERRORS))('%s has a place that `type` can point at', (code) => {
  expect(published).toContain(`id="${code}"`)
})
