/**
 * Texts that a pattern of exactly `good` must refuse, by what is wrong. One character more tells on a
 * missing anchor as well as on a longer maximum, at either end.
 */
export const badTexts = (good: string, wrongChar: string): Readonly<Record<string, string>> => ({
  'one character longer': good + good.at(-1)!,
  'one character shorter': good.slice(1),
  'another character in it': wrongChar + good.slice(1),
})

/** The same as changes to what is written at `path`. */
export const badTextsAt = (path: string, good: string, wrongChar: string) =>
  Object.fromEntries(
    Object.entries(badTexts(good, wrongChar)).map(([what, text]) => [
      `${path.split('/').at(-1)} ${what}`,
      { [path]: text },
    ]),
  )

/** One change for each of the fields at `path`: it is left out. */
export const without = (what: string, path: string, fields: readonly string[]) =>
  Object.fromEntries(
    fields.map((field) => [`${what} has no ${field}`, { [`${path}/${field}`]: undefined }]),
  )
