import {
  closeSync,
  createReadStream,
  existsSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { createInterface } from 'node:readline'
import type { Commit } from './commit.ts'
import {
  entries,
  formatPath,
  nodeAt,
  parsePath,
  parseTree,
  toExport,
  withNodeAt,
  withPriorityAt,
  type Json,
  type Path,
  type Tree,
} from './tree/index.ts'

/**
 * A file that keeps the data of all databases through a restart: a line of JSON for each write, in order.
 * A write is in the file before it is acknowledged, so it survives the end of the process, though not of the machine.
 */
export class Journal {
  readonly #descriptor: number
  /** How long the file is: all of it are whole lines. */
  #bytes = 0

  private constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Reads what the file holds, if it exists, and rewrites it without what later writes have replaced. */
  static async open(file: string): Promise<{ journal: Journal; roots: ReadonlyMap<string, Tree> }> {
    const roots = existsSync(file) ? await replay(file) : new Map<string, Tree>()
    const draft = `${file}.new`
    const journal = new Journal(openSync(draft, 'w', OWNER_ONLY))
    for (const [namespace, root] of roots) journal.#snapshot(namespace, root)
    // The old file stays until the new one is complete.
    renameSync(draft, file)
    return { journal, roots }
  }

  record({ namespace, after, paths }: Commit): void {
    const writes = paths.map((path) => [formatPath(path), toExport(nodeAt(after, path))] as const)
    this.#append({ namespace, writes })
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  /** One line for each child of the root, so that no line need hold all the data. */
  #snapshot(namespace: string, root: Tree): void {
    if (root?.kind !== 'branch') {
      this.#append({ namespace, writes: [['/', toExport(root)]] })
      return
    }
    for (const [key, child] of entries(root)) {
      this.#append({ namespace, writes: [[formatPath([key]), toExport(child)]] })
    }
    if (root.priority === null) return
    this.#append({ namespace, writes: [['/.priority', root.priority]] })
  }

  #append(line: Line): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    try {
      for (let at = 0; at < bytes.length;) {
        at += writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#bytes + at)
      }
    } catch (error) {
      // A full disk may take half a line: nothing may be written behind it.
      ftruncateSync(this.#descriptor, this.#bytes)
      throw error
    }
    this.#bytes += bytes.length
  }
}

/** Local data may be copied from real users: only the developer's account may read the file. */
const OWNER_ONLY = 0o600

interface Line {
  namespace: string
  writes: (readonly [path: string, value: Json])[]
}

async function replay(file: string): Promise<Map<string, Tree>> {
  const roots = new Map<string, Tree>()
  let number = 0
  let fault: unknown = null
  for await (const text of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    // Only the last line may be incomplete: the process ended while writing it, and nobody was told it was stored.
    if (fault !== null) throw new Error(`${file}:${number}: not a journal line`, { cause: fault })
    number++
    try {
      const { namespace, writes } = JSON.parse(text) as Line
      roots.set(namespace, writes.reduce(applied, roots.get(namespace) ?? null))
    } catch (error) {
      fault = error
    }
  }
  return roots
}

function applied(root: Tree, [pathText, value]: readonly [string, Json]): Tree {
  if (pathText === '/.priority') return withPriorityAt(root, [], value as string | number)
  const path: Path = parsePath(pathText)
  return withNodeAt(root, path, parseTree(value, { now: 0 }))
}
