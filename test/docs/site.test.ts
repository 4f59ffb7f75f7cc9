import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { inCheckout } from '../../scripts/local/checkout.ts'
import { buildSite } from '../../scripts/local/site.ts'
import { apiPage } from '../../scripts/site/apiPage.ts'
import { readDocs, renderDocs } from '../../scripts/site/docsSite.ts'
import { addressOf, listSections } from '../../scripts/site/pages.ts'

const pages = readDocs()
const site = renderDocs()
/** With what other parts of the site make: a fresh checkout has none of it. */
const built = new Map([...site, ...apiPage()])
const files = listSections().flatMap((section) => section.files)

test('every page is there once, at an address of its own', () => {
  expect(files.length).toBeGreaterThan(25)
  expect(new Set(files).size).toBe(files.length)
  expect(new Set(files.map(addressOf)).size).toBe(files.length)
})

describe.each(pages.map((page) => [page.file, page] as const))('%s', (file, page) => {
  const html = site.get(page.address)!

  test('has one title, and no two places of one name', () => {
    expect(page.headings.filter(({ depth }) => depth === 1)).toHaveLength(1)
    expect(html.match(/<h1/g)).toHaveLength(1)
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('needs nothing that the Content-Security-Policy refuses', () => {
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|<iframe|<form|javascript:/i)
    const loaded = [...html.matchAll(/<(?:img|link)[^>]+(?:src|href)="([^"]+)"/g)]
    for (const [, url = ''] of loaded) expect(url).not.toMatch(/^(?:[a-z]+:)?\/\//)
  })

  test('links to what is there, as Markdown', () => {
    for (const link of page.links.filter((each) => !each.startsWith('https://'))) {
      const [path = '', fragment] = link.split('#')
      const target = path === '' ? file : posix.join(posix.dirname(file), path)
      expect([link, existsSync(inCheckout(target))]).toEqual([link, true])
      if (fragment === undefined) continue
      const ids = pages.find((each) => each.file === target)?.headings.map(({ id }) => id)
      expect([link, ids]).toEqual([link, expect.arrayContaining([fragment])])
    }
  })

  test('links to what is there, on the site', () => {
    for (const [, href = ''] of html.matchAll(/<(?:a|link)[^>]* href="([^"]+)"/g)) {
      if (href.startsWith('https://')) continue
      const [path = '', fragment] = href.split('#')
      const target = path === '' ? page.address : posix.join(posix.dirname(page.address), path)
      const text = built.get(target)
      // What Hosting serves as it lies there.
      if (text === undefined) expect([href, isPublished(target)]).toEqual([href, true])
      else if (fragment) expect([href, text.includes(` id="${fragment}"`)]).toEqual([href, true])
    }
  })
})

const isPublished = (address: string): boolean => {
  const file = inCheckout('web/public', address)
  return existsSync(file) && statSync(file).isFile()
}

test('the built files are the rendered ones, and a second build writes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-site-'))
  try {
    expect(await buildSite(folder)).toBeGreaterThanOrEqual(site.size)
    const file = join(folder, 'errors.html')
    expect(readFileSync(file, 'utf8')).toBe(site.get('errors.html'))
    const { ino } = statSync(file)
    await buildSite(folder)
    expect(statSync(file).ino).toBe(ino)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
