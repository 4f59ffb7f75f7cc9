import { writeFileSync } from 'node:fs'

import { format, resolveConfig } from 'prettier'

import { inCheckout } from './local/checkout.ts'
import { makeDocument } from './openapi/makeDocument.ts'
import { documentPage } from './openapi/documentPage.ts'

// Writes what is made from the route map and the schemas: the OpenAPI document that the service answers with,
// and the page of it on the Hosting site.
const document = makeDocument()
await write('functions/src/openapi.json', JSON.stringify(document))
await write('web/public/api.html', documentPage(document))

async function write(path: string, text: string): Promise<void> {
  const file = inCheckout(path)
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }))
  console.log(`${path} is written.`)
}
