import { createHash } from 'node:crypto'
import { formatContentDigest } from '@latchkey/protocol'

/** Where two languages could take a text for other bytes, or bytes for a text. */
const BODIES: readonly { readonly title: string; readonly body: string | Buffer }[] = [
  { title: 'JSON', body: '{}' },
  { title: 'the same with a line feed at its end', body: '{}\n' },
  { title: 'lines that end as on Windows', body: '{\r\n}' },
  { title: 'two-byte characters, composed', body: '{"city":"Köln"}' },
  { title: 'the same, decomposed, is another text', body: '{"city":"Ko\u0308ln"}' },
  { title: 'three bytes each', body: '{"город":"東京"}' },
  { title: 'four bytes: two UTF-16 units', body: '{"mood":"🔑"}' },
  { title: 'a byte order mark before it', body: '\ufeff{}' },
  { title: 'a zero byte', body: 'a\0b' },
  { title: '55 bytes, the most that fit one block of SHA-256', body: 'a'.repeat(55) },
  { title: '64 bytes, a whole block', body: 'a'.repeat(64) },
  {
    title: 'every byte, which is no UTF-8',
    body: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  },
]

/** The text, where it is one, and always the bytes: what is signed is what goes over the wire. */
export const bodyFields = (body: string | Buffer) => ({
  ...(typeof body === 'string' && { bodyText: body }),
  bodyHex: Buffer.from(body).toString('hex'),
})

export const sha256 = (body: string | Buffer): Buffer => createHash('sha256').update(body).digest()

export const digestOf = (body: string | Buffer): string => formatContentDigest(sha256(body))

export function contentDigestVectors() {
  return {
    title: 'RFC 9530 section 2: Content-Digest with sha-256',
    cases: BODIES.map(({ title, body }) => ({
      title,
      ...bodyFields(body),
      sha256Hex: sha256(body).toString('hex'),
      contentDigest: digestOf(body),
    })),
  }
}
