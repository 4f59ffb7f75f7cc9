import { writeFileSync } from 'node:fs'

import { format, resolveConfig } from 'prettier'

import { inCheckout } from './local/checkout.ts'
import { vectorFiles } from './vectors/vectorFiles.ts'

// Writes the vectors that implementations in other languages are checked with (docs/vectors.md). The other
// files of that folder come from RFCs or were computed without this code: nothing here writes them.
for (const [name, content] of Object.entries(vectorFiles())) {
  const file = inCheckout('test/vectors', name)
  const options = { ...(await resolveConfig(file)), filepath: file }
  writeFileSync(file, await format(JSON.stringify(content), options))
  console.log(`test/vectors/${name} is written.`)
}
