import { readFileSync, watch as watchFolder } from 'node:fs'

import { watchBundle } from './bundle.ts'
import { checkout, inCheckout } from './checkout.ts'
import type { Running } from './running.ts'
import { buildSite } from './site.ts'
import type { Stack } from './stack.ts'

/** Keeps a running stack up to date with the sources, until the returned function is called. */
export async function watch(stack: Stack, say: (text: string) => void) {
  let first = true
  const stopBundling = await watchBundle(stack.bundle, (errors) => {
    if (!first) say(errors ? 'The function does not build; see above' : 'Function bundled again')
    first = false
  })
  const rules = 'database.rules.json'
  const stopWatching = [
    // The folder, because many editors save by putting a new file in the old one's place.
    onChange({ folder: checkout, only: rules }, say, () =>
      loadRules(inCheckout(rules), stack.running),
    ),
    onChange({ folder: inCheckout('web/src') }, say, async () => {
      await buildSite()
      return 'Pages made again'
    }),
  ]
  return async () => {
    for (const stop of stopWatching) stop()
    await stopBundling()
  }
}

/** After a change of one file, or of any below a folder, says what `work` answers; returns how to end it. */
function onChange(
  { folder, only }: { folder: string; only?: string },
  say: (text: string) => void,
  work: () => Promise<string>,
): () => void {
  let pending: NodeJS.Timeout | undefined
  const watcher = watchFolder(folder, { recursive: only === undefined }, (_event, name) => {
    if (only !== undefined && name !== only) return
    clearTimeout(pending) // an editor's one save is several events
    pending = setTimeout(() => {
      work().then(say, (error: unknown) => say(String(error)))
    }, 100)
  })
  return () => {
    watcher.close()
    clearTimeout(pending)
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
