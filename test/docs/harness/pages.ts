import { readFileSync } from 'node:fs'
import { inCheckout } from '../../../scripts/local/checkout.ts'
import { readDocs } from '../../../scripts/site/docsSite.ts'
import type { Block } from '../../../scripts/site/markdown.ts'

export const pages = readDocs()

/** A page as it is written. */
export const sourceOf = (file: string): string => readFileSync(inCheckout(file), 'utf8')

/** The cells of each table row of a text, without the padding that the formatter adds. */
export function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => /^\s*\|/.test(line) && !/^\s*\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
}

/** The part of a page below a heading, up to the next one of its depth. */
export function sectionOf(file: string, heading: string): string {
  const [, rest] = `\n${sourceOf(file)}`.split(`\n${heading}\n`)
  if (rest === undefined) throw new Error(`${file} has no ${heading}`)
  const depth = /^#+/.exec(heading)![0].length
  return rest.split(new RegExp(`\\n#{1,${depth}} `))[0]!
}

export interface PlacedBlock extends Block {
  /** Page and number, as a test is named. */
  readonly name: string
  readonly file: string
}

/** The blocks of all pages in these languages. */
export const blocksIn = (...languages: string[]): PlacedBlock[] =>
  pages.flatMap(({ file, blocks }) =>
    blocks
      .map((block, index) => ({ ...block, file, name: `${file}, block ${index + 1}` }))
      .filter(({ language }) => languages.includes(language)),
  )
