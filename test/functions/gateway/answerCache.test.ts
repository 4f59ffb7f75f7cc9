import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  makeAnswerCache,
  type CacheRequest,
  type FreshAnswer,
} from '../../../functions/src/gateway/answerCache.ts'

// GATEWAY_CACHE_MIB is a promise about memory, so it is memory that is measured here: whoever calls or
// answers may choose what is kept, but not how much.

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The least of several looks: contents that are garbage are given back by another thread, a little later. */
const usedBytes = async (): Promise<number> => {
  let least = Infinity
  for (let look = 0; look < 10; look += 1) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    least = Math.min(least, heapUsed + arrayBuffers)
  }
  return least
}

const BYTES_MAX = 4 * 1024 * 1024

/** A text of its own in memory, as a parser makes it. */
const own = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
let count = 0
const word = (): string => (count += 1).toString(36).padStart(6, '0')
const words = (n: number): string => own(Array.from({ length: n }, word).join(','))

interface Shape {
  readonly received?: () => FreshAnswer['received']
  readonly sent?: () => CacheRequest['headers']
  readonly content?: () => Buffer
  readonly relayed?: () => readonly string[]
}

const SHAPES: Record<string, Shape> = {
  'nothing in particular': {},
  'headers of 4 kB': { received: () => ({ 'x-a': words(580) }) },
  'many headers': {
    received: () =>
      Object.fromEntries(Array.from({ length: 70 }, () => [own(word()), own(word())])),
  },
  'many directives': { received: () => ({ 'cache-control': `max-age=60,${words(70)}` }) },
  'headers that the app gets': { relayed: () => Array.from({ length: 20 }, () => words(20)) },
  'headers of 14 kB': { received: () => ({ 'x-a': words(2000) }) },
  'an app that demands much': { sent: () => ({ 'cache-control': words(2000) }) },
  'an app that says much, and Vary': {
    received: () => ({ vary: 'accept' }),
    sent: () => ({ accept: words(500) }),
  },
  'a content that was cut from more': { content: () => Buffer.alloc(16_384).subarray(0, 100) },
}

test.each(Object.entries(SHAPES))('what is kept is bounded: %s', async (_name, shape) => {
  const cache = makeAnswerCache({ bytesMax: BYTES_MAX, now: () => 1_795_300_020_000 })
  const before = await usedBytes()
  for (let n = 0; n < 5000; n += 1) {
    const url = own(`/v1/${word()}`)
    const headers = shape.sent?.() ?? {}
    const key = { uri: own(`maps\npublic\n${url}`), chosen: own(headers['accept'] ?? '') }
    cache.keep(
      key,
      { method: 'GET', url, headers },
      {
        status: 200,
        received: { 'cache-control': 'max-age=60', ...shape.received?.() },
        headers: shape.relayed?.() ?? [],
        content: shape.content?.() ?? Buffer.alloc(100),
      },
      60,
    )
  }
  // The sizes are an estimate: a fifth more was measured for the worst of these; before headers counted it was up to a hundred times as much.
  expect((await usedBytes()) - before).toBeLessThan(BYTES_MAX * 1.5)
  // It is still in use, or there would be nothing to measure.
  const request = { method: 'GET', url: '/', headers: {} }
  expect(cache.find({ uri: '/', chosen: '' }, request).kind).toBe('miss')
})
