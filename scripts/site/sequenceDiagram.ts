import { escapeHtml } from './escapeHtml.ts'

interface Message {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly isAnswer: boolean
}

interface Sequence {
  readonly participants: readonly string[]
  readonly messages: readonly Message[]
}

const COLUMN = 190
const ROW = 44
const TOP = 56
/** Characters that fit over one column; the text is 13 px high. */
const COLUMN_CHARS = 27
const LINE = 16

/**
 * Draws a Mermaid sequence diagram as SVG: the subset of participants and messages that these pages
 * use. Mermaid itself would be a megabyte of script, and styles of its own that the CSP refuses.
 * @throws Error with the line that it does not know
 */
export function sequenceDiagram(source: string): string {
  const { participants, messages } = parse(source)
  const rows = place(messages)
  const width = participants.length * COLUMN
  const height = TOP + rows.reduce((sum, row) => sum + row.height, 0) + 16
  const middle = (index: number) => index * COLUMN + COLUMN / 2
  const label = messages
    .map(({ from, to, text }) => `${participants[from]} to ${participants[to]}: ${text}`)
    .join('. ')
  const parts = [
    ...participants.map(
      (name, index) =>
        `<line class="life" x1="${middle(index)}" y1="40" x2="${middle(index)}" y2="${height}"/>` +
        `<rect x="${middle(index) - 82}" y="8" width="164" height="32" rx="6"/>` +
        `<text class="name" x="${middle(index)}" y="29">${escapeHtml(name)}</text>`,
    ),
    ...rows.map((row) => drawMessage(row, middle)),
  ]
  return (
    `<div class="diagram" role="img" tabindex="0" aria-label="${escapeHtml(label)}">` +
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">` +
    `${parts.join('')}</svg></div>`
  )
}

interface Row extends Message {
  /** Of the arrow. */
  readonly y: number
  readonly height: number
  readonly lines: readonly string[]
}

function place(messages: readonly Message[]): Row[] {
  let y = TOP
  return messages.map((message) => {
    const columns = Math.max(1, Math.abs(message.to - message.from))
    const lines = wrap(message.text, columns * COLUMN_CHARS)
    const height = ROW + (lines.length - 1) * LINE
    y += height
    return { ...message, lines, height, y }
  })
}

function drawMessage({ from, to, lines, isAnswer, y }: Row, middle: (index: number) => number) {
  const [start, end] = [middle(from), middle(to)]
  const direction = Math.sign(end - start)
  const tip = end - direction * 2
  const texts = lines.map(
    (line, index) =>
      `<text x="${(start + end) / 2}" y="${y - 8 - (lines.length - 1 - index) * LINE}">${escapeHtml(line)}</text>`,
  )
  return (
    `<line class="${isAnswer ? 'answer' : 'call'}" x1="${start}" y1="${y}" x2="${tip}" y2="${y}"/>` +
    `<path d="M${tip} ${y}l${-direction * 8} -4v8z"/>${texts.join('')}`
  )
}

function wrap(text: string, chars: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= chars) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

const PARTICIPANT = /^participant (\w+)(?: as (.+))?$/
const MESSAGE = /^(\w+)(--?)>>(\w+): (.+)$/

function parse(source: string): Sequence {
  const [head, ...lines] = source.split('\n').map((line) => line.trim())
  if (head !== 'sequenceDiagram') throw new Error(`Only sequence diagrams are drawn: ${head}`)
  const names = new Map<string, string>()
  const messages: Message[] = []
  const indexOf = (id: string, line: string) => {
    const index = [...names.keys()].indexOf(id)
    if (index < 0) throw new Error(`Not a participant: ${line}`)
    return index
  }
  for (const line of lines.filter((text) => text !== '')) {
    const participant = PARTICIPANT.exec(line)
    const message = MESSAGE.exec(line)
    if (participant) names.set(participant[1]!, participant[2] ?? participant[1]!)
    else if (message) {
      const [, from = '', dashes = '', to = '', text = ''] = message
      if (from === to) throw new Error(`A message to oneself is not drawn: ${line}`)
      messages.push({
        from: indexOf(from, line),
        to: indexOf(to, line),
        text,
        isAnswer: dashes === '--',
      })
    } else throw new Error(`Not a line of a sequence diagram: ${line}`)
  }
  return { participants: [...names.values()], messages }
}
