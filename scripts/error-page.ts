import { writeFileSync } from 'node:fs'

import { format, resolveConfig } from 'prettier'

import { inCheckout } from './local/checkout.ts'
import { errorPage } from './local/errorPage.ts'

// Writes the page that `type` of every problem points at, from the protocol's table of error codes.
const file = inCheckout('web/public/errors.html')
writeFileSync(file, await format(errorPage(), { ...(await resolveConfig(file)), filepath: file }))
console.log('web/public/errors.html is written.')
