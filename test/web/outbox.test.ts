import { textsTo } from '../../web/src/app/outbox.ts'

const text = (to: string, code: string | null) => ({
  at: '2026-11-25T02:00:00Z',
  to,
  text: 'x',
  code,
})
const serve = (content: string) => (() => Promise.resolve(new Response(content))) as typeof fetch

test('the texts to one number, in their order; half a line is not there yet', async () => {
  const lines = [text('+49151', '111111'), text('+4477', '222222'), text('+49151', null)]
  const content = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const half = JSON.stringify(text('+49151', '333333')).slice(0, 40)
  const found = await textsTo(serve(content + half), '+49151')
  expect(found.map(({ code }) => code)).toEqual(['111111', null])
})

test('an empty outbox has none', async () => {
  expect(await textsTo(serve(''), '+49151')).toEqual([])
})
