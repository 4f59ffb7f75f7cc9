import { writeFileSync } from 'node:fs'

import { format, resolveConfig } from 'prettier'

import { inCheckout } from './local/checkout.ts'
import { makeDocument } from './openapi/makeDocument.ts'

// Writes the OpenAPI document, which is made from the route map and the schemas. The service answers with
// it, and the site has a page of it (scripts/site/apiPage.ts).
const path = 'functions/src/openapi.json'
const file = inCheckout(path)
const options = { ...(await resolveConfig(file)), filepath: file }
writeFileSync(file, await format(JSON.stringify(makeDocument()), options))
console.log(`${path} is written.`)
