import { readFileSync, watch as watchFile } from 'node:fs'

import { watchBundle } from './bundle.ts'
import { inCheckout } from './checkout.ts'
import type { Running } from './running.ts'
import type { Stack } from './stack.ts'

/** Keeps a running stack up to date with the sources, until the returned function is called. */
export async function watch(stack: Stack, say: (text: string) => void) {
  let first = true
  const stopBundling = await watchBundle(stack.bundle, (errors) => {
    if (!first) say(errors ? 'The function does not build; see above' : 'Function bundled again')
    first = false
  })
  const rulesFile = inCheckout('database.rules.json')
  let pending: NodeJS.Timeout | undefined
  const watcher = watchFile(rulesFile, () => {
    clearTimeout(pending) // an editor's one save is several events
    pending = setTimeout(() => {
      loadRules(rulesFile, stack.running).then(say, (error: unknown) => say(String(error)))
    }, 100)
  })
  return async () => {
    watcher.close()
    clearTimeout(pending)
    await stopBundling()
  }
}

async function loadRules(file: string, running: Running): Promise<string> {
  const url = `http://${running.databaseEmulatorHost}/.settings/rules.json?ns=${running.namespace}`
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { authorization: 'Bearer owner' },
    body: readFileSync(file, 'utf8'),
  })
  return answer.ok ? 'Rules loaded again' : `Rules refused: ${await answer.text()}`
}
