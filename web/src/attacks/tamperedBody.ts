import { formatContentDigest } from '@latchkey/protocol'
import type { Attack } from './attack.ts'

export const tamperedBody: Attack = {
  id: 'tamper',
  title: 'Tamper with a request',
  tried:
    'Somebody on the way puts another number into a password reset, and makes the digest of the body right again.',
  expected: 'invalid_credentials',
  why: 'The digest is covered by the signature, as are method, path, query, key and content type. A new signature needs the secret, which never travels.',
  run: async ({ latchkey, recorder }) => {
    const { url, headers, ...call } = await latchkey.sign('/password/reset', {
      method: 'POST',
      body: JSON.stringify({ phone: '+4915112345678' }),
    })
    const body = JSON.stringify({ phone: '+4915187654321' })
    const sha256 = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body))
    const digest = formatContentDigest(new Uint8Array(sha256))
    await recorder.fetchAs('attacker', ['content-digest', 'body'])(url, {
      ...call,
      headers: { ...headers, 'Content-Digest': digest },
      body,
    })
  },
}
