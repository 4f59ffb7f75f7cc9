import fc from 'fast-check'
import { Assembler, toFrames } from '../../rtdb/src/framing.ts'

test('whatever is cut is joined again, several messages in a row', () => {
  const long = fc.integer({ min: 0, max: 70_000 }).map((length) => `"${'ä'.repeat(length)}"`)
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.json(), long), { maxLength: 5 }), (texts) => {
      const messages = texts.filter((text) => !/^\d{1,6}$/.test(text))
      const assembler = new Assembler(100_000)
      const joined = messages.flatMap(toFrames).map((frame) => assembler.accept(frame))
      expect(joined.filter((message) => message !== null)).toEqual(
        messages.map((text) => ({ text })),
      )
    }),
    { numRuns: 50 },
  )
})

test('a message of one segment is one frame, a longer one is announced', () => {
  expect(toFrames('x'.repeat(16384))).toHaveLength(1)
  expect(toFrames('x'.repeat(16385)).map((frame) => frame.length)).toEqual([1, 16384, 1])
})

test('no frame ends within a character, so that each is valid UTF-8', () => {
  for (const start of ['', 'x']) {
    const message = start + '😀'.repeat(20_000)
    const [count, ...segments] = toFrames(message)
    expect(segments).toHaveLength(Number(count))
    const received = segments.map((segment) => Buffer.from(segment, 'utf8').toString('utf8'))
    expect(received.join('') === message).toBe(true)
  }
})

test('of a message over the limit only the beginning is given, and the next one is whole', () => {
  const assembler = new Assembler(10)
  expect(['3', 'abcdefgh', 'ij', 'k'].map((frame) => assembler.accept(frame)).at(-1)).toEqual({
    oversized: 'abcdefgh',
  })
  expect(assembler.accept('elevenchars')).toEqual({ oversized: 'elevenchars' })
  expect(assembler.accept('tenchars!!')).toEqual({ text: 'tenchars!!' })
})
