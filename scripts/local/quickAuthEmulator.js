// Loaded into firebase-tools (node --import). The Auth emulator checks the JSON schemas of its own API
// description against the JSON Schema meta-schema, which Ajv compiles anew for each of some thousand
// validators: 9 of the 15 seconds that the emulators take to start. The description is a fixed file of
// firebase-tools, so that check is left out. What requests are checked against is not changed.
import { createRequire } from 'node:module'

try {
  const here = createRequire(import.meta.url)
  const tools = createRequire(here.resolve('firebase-tools/package.json'))
  const exegesis = createRequire(tools.resolve('exegesis'))
  exegesis('ajv/dist/core').default.prototype.validateSchema = () => true
} catch {
  // Another version of firebase-tools, built differently: it starts as slowly as it does by itself.
}
