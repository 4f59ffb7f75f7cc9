/** Whether keys of a master version are refused at this moment (Unix ms). */
export type IsRetired = (masterVersion: number, nowMs: number) => boolean

const ENTRY = /^([1-9][0-9]{0,8})(?:@(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z))?$/

/**
 * Reads `RETIRED_MASTER_VERSIONS`: master versions separated by commas, each with the moment from which
 * it is refused (`1@2026-12-01T00:00:00Z`), or without one: at once. A version that is gone from
 * `MASTER_SECRETS` may stay in the list.
 * @throws TypeError for anything else, and for the newest version: there would be none to issue with
 */
export function makeRetiredVersions(text: string, newestVersion: number): IsRetired {
  const retired = new Map<number, number>()
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (text.trim() === '') break
    const [version, from] = parseEntry(entry)
    if (retired.has(version)) throw wrong(`names version ${version} twice`)
    if (version === newestVersion) {
      throw wrong(`retires ${version}, the newest version: add a newer one to MASTER_SECRETS first`)
    }
    retired.set(version, from)
  }
  return (masterVersion, nowMs) => {
    // Asked for every signed request, and nearly always there is nothing to look up.
    if (retired.size === 0) return false
    const from = retired.get(masterVersion)
    return from !== undefined && nowMs >= from
  }
}

function parseEntry(entry: string): [version: number, from: number] {
  const match = ENTRY.exec(entry)
  const from = match?.[2] === undefined ? 0 : Date.parse(match[2])
  if (match === null || !isRealTime(from, match[2])) {
    throw wrong('must be versions such as 1 or 1@2026-12-01T00:00:00Z, separated by commas')
  }
  return [Number(match[1]), from]
}

/** Date.parse makes 2 March of 30 February. */
const isRealTime = (ms: number, text: string | undefined): boolean =>
  text === undefined ||
  (Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 16)))

const wrong = (what: string): TypeError => new TypeError(`RETIRED_MASTER_VERSIONS ${what}`)
