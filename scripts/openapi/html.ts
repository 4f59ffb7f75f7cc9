import { Marked } from 'marked'

/** HTML that is finished: all that was text in it has been escaped. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | false | undefined | readonly Part[]

/** A template whose values are escaped, unless they are Html; lists are joined, `false` is nothing. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((text, at) => text + textOf(parts[at])).join(''))

function textOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(textOf).join('')
  return escape(String(part))
}

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

const marked = new Marked({
  renderer: {
    // The words are ours, but what looks like a tag in them is meant to be read.
    html: ({ text }) => escape(text),
    // Who cannot scroll with a mouse must be able to get there by the keyboard.
    code: ({ text }) => `<pre tabindex="0"><code>${escape(text)}</code></pre>`,
  },
})

/** Descriptions in OpenAPI are CommonMark. */
export const markdown = (text: string): Html => new Html(marked.parse(text, { async: false }))
export const inlineMarkdown = (text: string): Html =>
  new Html(marked.parseInline(text, { async: false }))
