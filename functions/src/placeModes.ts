/**
 * Reads what a param says of places (groups of routes, or paths): `sms=observe,/api/login=enforce`. Null when
 * it names something else, a mode that there is not, or a place twice.
 */
export function readPlaceModes<Mode extends string>(
  text: string,
  modes: readonly Mode[],
  isPlace: (name: string) => boolean,
): ReadonlyMap<string, Mode> | null {
  const found = new Map<string, Mode>()
  for (const part of text === '' ? [] : text.split(',')) {
    const [name = '', value, ...more] = part.split('=')
    const mode = modes.find((known) => known === value)
    if (!isPlace(name) || mode === undefined || more.length > 0 || found.has(name)) return null
    found.set(name, mode)
  }
  return found
}
