import { sortKeys } from './keys.ts'

/**
 * The one array for a list of keys that many small branches have in common, so that a million
 * records of the same fields hold one list of keys. Longer lists are returned as given.
 */
export function sharedKeys(keys: readonly string[]): readonly string[] {
  return remembered(shared, keys, () => keys)
}

/**
 * Keys as they came, checked and in key order, as a shared list. Records come with the same keys
 * again and again: theirs are checked and sorted once. `check` throws on an illegal key.
 */
export function legalKeys(
  given: readonly string[],
  check: (key: string) => void,
): readonly string[] {
  return remembered(legal, given, () => {
    given.forEach(check)
    return sharedKeys(sortKeys(given))
  })
}

/** Records have few fields; longer lists are rarely alike. */
const KEYS_MAX = 16
const NAME_LENGTH_MAX = 256
/** Forgetting all of them, in a few milliseconds of work, keeps each map below about 4 MB. */
const LISTS_MAX = 4096

type KeyLists = Map<string, readonly string[]>

const shared: KeyLists = new Map()
const legal: KeyLists = new Map()

function remembered(
  lists: KeyLists,
  keys: readonly string[],
  make: () => readonly string[],
): readonly string[] {
  if (keys.length > KEYS_MAX) return make()
  const name = keys.join('/')
  const known = lists.get(name)
  // The slash is in no legal key, so equal names of equally many keys are the same keys. Without
  // the count, the illegal key "a/b" would pass for the legal keys "a" and "b".
  if (known?.length === keys.length) return known
  const made = make()
  if (name.length > NAME_LENGTH_MAX) return made
  if (lists.size >= LISTS_MAX) lists.clear()
  lists.set(name, made)
  return made
}
