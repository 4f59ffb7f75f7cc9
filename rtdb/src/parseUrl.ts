/** Null if the text is no URL. Not by `URL.canParse`: once optimized, that of Node 20 takes bytes above 127 for UTF-8 and may say yes. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
