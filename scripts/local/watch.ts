import { readFileSync, watch as watchFolder } from 'node:fs'

import { watchBundle } from './bundle.ts'
import { checkout, inCheckout } from './checkout.ts'
import type { Running } from './running.ts'
import type { Stack } from './stack.ts'

/** Keeps a running stack up to date with the sources, until the returned function is called. */
export async function watch(stack: Stack, say: (text: string) => void) {
  let first = true
  const stopBundling = await watchBundle(stack.bundle, (errors) => {
    if (!first) say(errors ? 'The function does not build; see above' : 'Function bundled again')
    first = false
  })
  let pending: NodeJS.Timeout | undefined
  // The folder, because many editors save by putting a new file in the old one's place.
  const watcher = watchFolder(checkout, (_event, name) => {
    if (name !== 'database.rules.json') return
    clearTimeout(pending) // an editor's one save is several events
    pending = setTimeout(() => {
      loadRules(inCheckout(name), stack.running).then(say, (error: unknown) => say(String(error)))
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
