/**
 * The one array for a list of keys that many small branches have in common, so that a million
 * records of the same fields hold one list of keys. Short lists only; others are returned as given.
 */
export function sharedKeys(keys: readonly string[]): readonly string[] {
  if (keys.length > KEYS_MAX) return keys
  // The slash is in no key, so different lists have different names.
  const name = keys.join('/')
  if (name.length > NAME_LENGTH_MAX) return keys
  const known = lists.get(name)
  if (known !== undefined) return known
  if (lists.size >= LISTS_MAX) lists.clear()
  lists.set(name, keys)
  return keys
}

/** Records have few fields; longer lists are rarely alike. */
const KEYS_MAX = 16
const NAME_LENGTH_MAX = 256
/** At most about 2 MB. Clearing loses nothing but sharing between older and newer branches. */
const LISTS_MAX = 4096

const lists = new Map<string, readonly string[]>()
