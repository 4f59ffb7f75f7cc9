import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { inCheckout } from '../local/checkout.ts'
import { API_PAGE, DOCUMENT_FILE } from './apiPage.ts'
import { layout, relativeUrl, type NavigationSection } from './layout.ts'
import { renderMarkdown, type Rendered } from './markdown.ts'
import { addressOf, listSections } from './pages.ts'

export interface DocsPage extends Rendered {
  /** Relative to the checkout. */
  readonly file: string
  /** On the site. */
  readonly address: string
  readonly title: string
}

/** Every page, rendered but not framed. @throws Error naming the page that cannot be */
export function readDocs(): readonly DocsPage[] {
  const files = listSections().flatMap((section) => section.files)
  return files.map((file) => {
    const address = addressOf(file)
    try {
      const source = readFileSync(inCheckout(file), 'utf8')
      const rendered = renderMarkdown(source, (link) => hrefFrom(file, link, files))
      const [first] = rendered.headings
      if (first?.depth !== 1) throw new Error('A page begins with its title (#)')
      return { ...rendered, file, address, title: first.text }
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
    }
  })
}

/** The documentation as files of the site: address to text. */
export function renderDocs(): ReadonlyMap<string, string> {
  const pages = readDocs()
  const navigation = listSections().map(({ title, files }): NavigationSection => ({
    title,
    pages: files.map((file) => pages.find((page) => page.file === file)!),
  }))
  return new Map(pages.map((page) => [page.address, layout({ ...page, navigation })]))
}

/** Only the web and the pages themselves are linked to: any other scheme is a mistake, or worse. */
function hrefFrom(file: string, link: string, files: readonly string[]): string | undefined {
  if (link.startsWith('#') || link.startsWith('https://')) return link
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) throw new Error(`Not a link for these pages: ${link}`)
  const [path = '', fragment] = link.split('#')
  const target = posix.join(posix.dirname(file), path)
  const hash = fragment === undefined ? '' : `#${fragment}`
  const address = addressIn(target, files)
  return address && relativeUrl(addressOf(file), address) + hash
}

/** A page, or a file that Hosting serves as it is. */
function addressIn(target: string, files: readonly string[]): string | undefined {
  if (target === DOCUMENT_FILE) return API_PAGE
  if (files.includes(target)) return addressOf(target)
  return target.startsWith('web/public/') ? target.slice('web/public/'.length) : undefined
}
