import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

import { bundle } from './local/bundle.ts'
import { inCheckout } from './local/checkout.ts'
import { installAlone, readManifest, unpackUpload } from './local/deployedPackage.ts'
import { deploymentFaults } from './local/expectedDeployment.ts'
import { regionFaults, type Rewriting } from './local/regionFaults.ts'

// Proves that what `firebase deploy` uploads works by itself: packs it the same way, installs it alone and
// reads its functions manifest. And that Hosting will find the function.
const folder = mkdtempSync(join(tmpdir(), 'latchkey-deploy-'))
try {
  await bundle()
  await unpackUpload(folder)
  const files = filesIn(folder)
  say(`Uploaded: ${files.join(', ')}`)
  say('Installing it alone (npm ci --omit=dev)…')
  await installAlone(folder)
  const manifest = await readManifest(folder)
  const firebaseJson = JSON.parse(textOf('firebase.json')) as Rewriting
  const faults = [
    ...deploymentFaults(files, manifest),
    ...regionFaults(firebaseJson, deployedEnvFiles()),
  ]
  for (const fault of faults) say(`Wrong: ${fault}`)
  if (faults.length) process.exitCode = 1
  else console.log(`Ready to deploy: ${Object.keys(manifest.endpoints).join(', ')}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

/** Those of `functions/` that a deployment reads, by name. */
function deployedEnvFiles(): Record<string, string> {
  const names = readdirSync(inCheckout('functions')).filter((name) => /^\.env(\.|$)/.test(name))
  const deployed = names.filter((name) => !/^\.env\.(local|demo-.*)$/.test(name))
  return Object.fromEntries(deployed.map((name) => [name, textOf('functions', name)]))
}

function textOf(...path: string[]): string {
  return readFileSync(inCheckout(...path), 'utf8')
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
