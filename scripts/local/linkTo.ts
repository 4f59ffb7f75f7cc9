import { linkSync, symlinkSync } from 'node:fs'

/** Makes `path` stand for `source`. Windows lets only developers link to files by name. */
export function linkTo(source: string, path: string, type: 'file' | 'junction'): void {
  try {
    symlinkSync(source, path, type)
  } catch (error) {
    if (type !== 'file' || (error as NodeJS.ErrnoException).code !== 'EPERM') throw error
    linkSync(source, path)
  }
}
