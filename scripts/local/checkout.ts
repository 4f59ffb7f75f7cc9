import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The folder this project is checked out in. */
export const checkout = resolve(import.meta.dirname, '../..')

/** An absolute path inside the checkout. */
export const inCheckout = (...parts: string[]): string => resolve(checkout, ...parts)

/** The same for `node --import`, which takes a path for a URL: in one, '#' and '%' mean something. */
export const urlInCheckout = (...parts: string[]): string =>
  pathToFileURL(inCheckout(...parts)).href
