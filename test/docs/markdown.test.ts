import { renderMarkdown } from '../../scripts/site/markdown.ts'
import { sequenceDiagram } from '../../scripts/site/sequenceDiagram.ts'

const render = (source: string) => renderMarkdown(source, (link) => link)

test.each([
  '<script>alert(1)</script>',
  'text <img src=x onerror=alert(1)> text',
  '<a href="javascript:alert(1)">a</a>',
  '`<b>`',
  '```html\n<b onclick="x()">\n```',
  '| a |\n| - |\n| <b> |',
  '# <b>',
])('HTML in Markdown is shown, not obeyed: %j', (source) => {
  const { html } = render(source)
  expect(html).not.toMatch(/<(?:script|img|b|a href="j)/)
  expect(html).toContain('&lt;')
})

test('a heading has the ID that GitHub gives it, and a second one a number', () => {
  const { headings } = render('# A `code`, and more!\n\n## same\n\n## same\n\n## `key_revoked`\n')
  expect(headings.map(({ id }) => id)).toEqual(['a-code-and-more', 'same', 'same-1', 'key_revoked'])
})

test('a cell knows its column, for narrow screens', () => {
  expect(render('| a `b` | c |\n| - | - |\n| 1 | 2 |').html).toContain(
    '<td data-label="a b">1</td>',
  )
})

test('a name of code may break at its joints', () => {
  expect(render('`SMS_PER_DAY` `a/<b>`').html).toContain(
    '<code>SMS_<wbr />PER_<wbr />DAY</code> <code>a/&lt;b&gt;</code>',
  )
})

test('what is not on the site is named by its path in the repository', () => {
  const elsewhere = renderMarkdown('[the rules](../database.rules.json)', () => undefined)
  expect(elsewhere.html).toContain('the rules (<code>database.rules.json</code>)')
  expect(elsewhere.links).toEqual(['../database.rules.json'])
})

describe('a diagram', () => {
  const source =
    'sequenceDiagram\nparticipant A as The <app>\nparticipant B\nA->>B: ask\nB-->>A: say'
  test('is drawn, and read out', () => {
    const svg = sequenceDiagram(source)
    expect(svg).toContain('aria-label="The &lt;app&gt; to B: ask. B to The &lt;app&gt;: say"')
    expect(svg.match(/class="call"/g)).toHaveLength(1)
    expect(svg.match(/class="answer"/g)).toHaveLength(1)
    expect(svg).not.toContain('style=')
  })
  test.each([
    'flowchart LR',
    `${source}\nNote over A: x`,
    `${source}\nA->>C: x`,
    `${source}\nA->>A: x`,
  ])('that it cannot draw is an error: %j', (text) =>
    expect(() => sequenceDiagram(text)).toThrow(Error),
  )
})
