import * as z from 'zod/mini'

/** A text of exactly this form; `expected` is what a developer is told otherwise. */
export const text = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).check(z.regex(pattern, { error: expected }))
