import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { apiPage } from '../site/apiPage.ts'
import { demoScript } from '../site/demoScript.ts'
import { renderDocs } from '../site/docsSite.ts'
import { inCheckout } from './checkout.ts'

/** Files of the site: path below its root to content. */
type SiteFiles = ReadonlyMap<string, string>

/**
 * What is made for Hosting, besides what lies in `web/public/` as it is. Each row makes files of its
 * own; they are git-ignored. A further part of the site is a further row.
 */
const PARTS: readonly (() => SiteFiles | Promise<SiteFiles>)[] = [renderDocs, apiPage, demoScript]

/** Makes all of them, and answers how many files there are. */
export async function buildSite(folder = inCheckout('web/public')): Promise<number> {
  let count = 0
  for (const part of PARTS) {
    for (const [path, content] of await part()) {
      writeIfChanged(join(folder, path), content)
      count += 1
    }
  }
  return count
}

/** Whole or not at all, and only what is new: another run may be serving the same folder. */
function writeIfChanged(file: string, content: string): void {
  if (readIfThere(file) === content) return
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, content)
  renameSync(draft, file)
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
