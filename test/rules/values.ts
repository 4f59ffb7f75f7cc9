/** Values by path: a multi-path write, or changes to one or to data. Null removes. */
export type Values = Readonly<Record<string, unknown>>

interface Folder {
  readonly [key: string]: unknown
}

/** The write with one thing different. Undefined leaves a path out of it, or a child out of a value. */
export function changed(write: Values, changes: Values): Values {
  const result: Record<string, unknown> = { ...write }
  for (const [path, value] of Object.entries(changes)) {
    const within = Object.keys(write).find((key) => path.startsWith(`${key}/`))
    if (within !== undefined) {
      result[within] = put(result[within], path.slice(within.length + 1).split('/'), value)
    } else if (value === undefined) delete result[path]
    else result[path] = value
  }
  return result
}

/** The data after all values are put in their places. */
export function placed(data: unknown, values: Values): unknown {
  return Object.entries(values).reduce(
    (before, [path, value]) => put(before, path.split('/'), value),
    data,
  )
}

/** The write without some of its paths. */
export function omit(write: Values, ...paths: readonly string[]): Values {
  return Object.fromEntries(Object.entries(write).filter(([path]) => !paths.includes(path)))
}

function put(data: unknown, [key, ...deeper]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const { [key]: old, ...others } = (data ?? {}) as Folder
  const inner = put(old, deeper, value)
  return inner === undefined || inner === null ? others : { ...others, [key]: inner }
}
