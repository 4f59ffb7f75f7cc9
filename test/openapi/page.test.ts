import { documentPage } from '../../scripts/openapi/documentPage.ts'
import { html, markdown } from '../../scripts/openapi/html.ts'
import { makeDocument } from '../../scripts/openapi/makeDocument.ts'
import { apiPage } from '../../scripts/site/apiPage.ts'
import { codesAt, DOCUMENT } from './conformance.ts'

const published = apiPage().get('api.html')!

test('the page is made from the document as it would be written now (npm run openapi)', () => {
  expect(published).toBe(documentPage(makeDocument()))
})

const operations = Object.entries(DOCUMENT.paths).flatMap(([path, item]) =>
  Object.entries(item).map(
    ([method, operation]) => [method.toUpperCase(), path, operation] as const,
  ),
)

test.each(operations)('%s %s has a section with all its answers', (method, path, operation) => {
  const [, after = ''] = published.split(`<article id="${operation.operationId}"`)
  const [section = ''] = after.split('</article>')
  const text = section.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  expect(text).toContain(`${method} ${path}`)
  for (const [status, codes] of codesAt(operation)) {
    expect(section).toMatch(new RegExp(`<dt class="(?:good|bad)">${status}</dt>`))
    for (const code of codes) expect(section).toContain(`href="errors.html#${code}"`)
  }
})

test('the page needs nothing that the Content-Security-Policy refuses', () => {
  expect(published).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|<iframe|<form|javascript:/i)
  const loaded = [...published.matchAll(/<(?:img|link)[^>]+(?:src|href)="([^"]+)"/g)]
  expect(loaded.map(([, url]) => url).filter((url) => url?.includes('//'))).toEqual([])
})

test('no two places have one name, and every link inside leads to one', () => {
  const ids = [...published.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [, target] of published.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
})

test('what comes from the document is text, whatever it looks like', () => {
  const text = '<img src=x onerror=alert(1)> & "quotes"'
  expect(html`<p title="${text}">${text}</p>`.text).not.toContain('<img')
  expect(html`<p title="${text}"></p>`.text).toContain('&quot;quotes&quot;')
  expect(markdown(text).text).not.toContain('<img')
  expect(markdown(`\`\`\`\n${text}\n\`\`\``).text).not.toContain('<img')
})
