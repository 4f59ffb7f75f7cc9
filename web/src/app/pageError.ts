/** Something that whoever uses the page can set right. */
export class PageError extends Error {
  override readonly name = 'PageError'
}
