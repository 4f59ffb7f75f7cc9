/**
 * Looks for texts in bytes that come in parts; true once one was found, even across parts. An upstream
 * that repeats what it was sent (`invalid key abc…`) must not thereby give its key to the app.
 */
export function makeSecretScan(forms: readonly string[]): (chunk: Buffer) => boolean {
  if (forms.length === 0) return () => false
  const needles = forms.map((form) => Buffer.from(form))
  const overlap = Math.max(...needles.map(({ length }) => length)) - 1
  /** The end of what came before: a needle may have begun there. */
  let tail: Buffer = NOTHING
  return (chunk) => {
    const seam = tail.length === 0 ? NOTHING : Buffer.concat([tail, chunk.subarray(0, overlap)])
    const isFound = needles.some((needle) => chunk.includes(needle) || seam.includes(needle))
    tail =
      chunk.length >= overlap
        ? chunk.subarray(chunk.length - overlap)
        : Buffer.concat([tail, chunk]).subarray(-overlap)
    return isFound
  }
}

const NOTHING = Buffer.alloc(0)
