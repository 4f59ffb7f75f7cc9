/** Data, a path or a query that the protocol does not allow. The message is for the caller. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

/** The documented text for a body that is not JSON, and the beginning of that for illegal data. */
export const INVALID_DATA = "Invalid data; couldn't parse JSON object, array, or value."

export function invalidData(reason: string): DataError {
  return new DataError(`${INVALID_DATA} ${reason}`)
}
