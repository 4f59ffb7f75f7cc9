import { Marked, type Tokens } from 'marked'
import { escapeHtml } from './escapeHtml.ts'
import { sequenceDiagram } from './sequenceDiagram.ts'

export interface Heading {
  readonly depth: number
  /** As GitHub makes it, so that one link works on both. */
  readonly id: string
  readonly text: string
}

export interface Rendered {
  readonly html: string
  readonly headings: readonly Heading[]
  /** Every link as it is written. */
  readonly links: readonly string[]
  /** Every fenced block. */
  readonly blocks: readonly Block[]
}

/** A fenced block: its language, and what follows that. */
export interface Block {
  readonly language: string
  readonly marks: readonly string[]
  readonly code: string
}

/**
 * Renders a page. HTML in Markdown is shown as text: the pages have none, and what comes in by a
 * mistake or a paste must not become markup.
 * @param hrefOf where a link leads on the site; `undefined` where it is no page of it
 */
export function renderMarkdown(
  source: string,
  hrefOf: (link: string) => string | undefined,
): Rendered {
  const headings: Heading[] = []
  const links: string[] = []
  const blocks: Block[] = []
  const takeId = makeIds()

  const marked = new Marked({
    gfm: true,
    renderer: {
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
      heading({ tokens, depth }) {
        const text = unescapeHtml(this.parser.parseInline(tokens, this.parser.textRenderer))
        const id = takeId(text)
        headings.push({ depth, id, text })
        const inner = this.parser.parseInline(tokens)
        if (depth === 1) return `<h1 id="${id}">${inner}</h1>\n`
        const anchor = `<a class="anchor" href="#${id}" aria-label="${escapeHtml(text)}: link to this section">#</a>`
        return `<h${depth} id="${id}">${inner} ${anchor}</h${depth}>\n`
      },
      code({ text, lang = '' }) {
        const [language = '', ...marks] = lang.split(/\s+/)
        blocks.push({ language, marks, code: text })
        if (language === 'mermaid') return `${sequenceDiagram(text)}\n`
        return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`
      },
      // Where a name of code may break, lest it makes a table wider than its page.
      codespan: ({ text }) =>
        `<code>${escapeHtml(text).replace(/[/_.:](?=\w)/g, '$&<wbr />')}</code>`,
      link({ href, tokens }) {
        links.push(href)
        const inner = this.parser.parseInline(tokens)
        const target = hrefOf(href)
        if (target !== undefined) return `<a href="${escapeHtml(target)}">${inner}</a>`
        // A file of the repository, which the site does not have: its path is what helps.
        const path = href.replace(/^(?:\.\.\/)+/, '')
        return inner.replaceAll('<wbr />', '').includes(escapeHtml(path))
          ? inner
          : `${inner} (<code>${escapeHtml(path)}</code>)`
      },
      image: () => {
        throw new Error('The pages have no images: a diagram is drawn, see sequenceDiagram')
      },
      table({ header, rows }) {
        const names = header.map((cell) =>
          this.parser.parseInline(cell.tokens, this.parser.textRenderer),
        )
        const head = header.map(({ tokens, align }) => {
          const number = align === 'right' ? ' class="number"' : ''
          return `<th scope="col"${number}>${this.parser.parseInline(tokens)}</th>`
        })
        const body = rows.map((row) => {
          // On a narrow screen each cell is a line of its own, under the name of its column.
          const cells = row.map(({ tokens, align }, index) => {
            const number = align === 'right' ? ' class="number"' : ''
            return `<td${number} data-label="${names[index] ?? ''}">${this.parser.parseInline(tokens)}</td>`
          })
          return `<tr>${cells.join('')}</tr>`
        })
        return (
          `<table><thead><tr>${head.join('')}</tr></thead>\n` +
          `<tbody>${body.join('\n')}</tbody></table>\n`
        )
      },
    },
  })
  const html = marked.parse(source, { async: false })
  return { html, headings, links, blocks }
}

/** IDs as GitHub makes them: punctuation goes, spaces become dashes, a second one gets a number. */
function makeIds(): (text: string) => string {
  const taken = new Map<string, number>()
  return (text) => {
    const id = text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-')
    const times = taken.get(id) ?? 0
    taken.set(id, times + 1)
    return times === 0 ? id : `${id}-${times}`
  }
}

/** The text renderer of marked escapes; an ID and an outline are made of the plain text. */
const unescapeHtml = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
