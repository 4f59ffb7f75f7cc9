import { resolve } from 'node:path'

/** The folder this project is checked out in. */
export const checkout = resolve(import.meta.dirname, '../..')

/** An absolute path inside the checkout. */
export const inCheckout = (...parts: string[]): string => resolve(checkout, ...parts)
