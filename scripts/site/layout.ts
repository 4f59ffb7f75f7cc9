import { posix } from 'node:path'
import { escapeHtml } from './escapeHtml.ts'
import type { Heading } from './markdown.ts'

export interface PageParts {
  /** On the site, relative to its root. */
  readonly address: string
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
  readonly navigation: readonly NavigationSection[]
}

export interface NavigationSection {
  readonly title: string
  readonly pages: readonly { readonly address: string; readonly title: string }[]
}

/** The frame of every page: no script, no inline style, nothing from elsewhere (the CSP of firebase.json). */
export function layout({ address, title, html, headings, navigation }: PageParts): string {
  const to = (target: string) => relativeUrl(address, target)
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escapeHtml(title === 'Latchkey' ? title : `${title} · Latchkey`)}</title>
    <link rel="icon" href="${to('icon.svg')}" type="image/svg+xml" />
    <link rel="stylesheet" href="${to('style.css')}" />
    <link rel="stylesheet" href="${to('docs.css')}" />
  </head>
  <body class="docs">
    <a class="skip" href="#content">Skip to the content</a>
    <header class="bar">
      <a class="brand" href="${to('index.html')}"><img src="${to('icon.svg')}" alt="" width="28" height="28" />Latchkey</a>
      <a href="${to('docs/index.html')}">Documentation</a>
      <a class="to-pages" href="#pages">All pages</a>
    </header>
    <div class="columns">
      <main id="content">
${html}      </main>
      <nav id="pages" aria-label="Documentation">
${navigation.map((section) => renderSection(section, address, headings)).join('\n')}
      </nav>
    </div>
  </body>
</html>
`
}

function renderSection(
  { title, pages }: NavigationSection,
  current: string,
  headings: readonly Heading[],
): string {
  const items = pages.map((page) => {
    const isCurrent = page.address === current
    const link = `<a href="${relativeUrl(current, page.address)}"${isCurrent ? ' aria-current="page"' : ''}>${escapeHtml(page.title)}</a>`
    return `<li>${link}${isCurrent ? outline(headings) : ''}</li>`
  })
  return `<p class="section">${escapeHtml(title)}</p>\n<ul>${items.join('\n')}</ul>`
}

function outline(headings: readonly Heading[]): string {
  const items = headings
    .filter(({ depth }) => depth === 2)
    .map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`)
  return items.length === 0 ? '' : `<ul>${items.join('')}</ul>`
}

/** From one page to another, so that the site works below any path. */
export function relativeUrl(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to) || posix.basename(to)
}
