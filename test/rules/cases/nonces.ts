import { allowed, denied, type Case } from '../case.ts'
import { NONCE, WINDOW } from '../world.ts'

const claim = (nonce: string, minute: string = WINDOW.minute, value: unknown = true) => ({
  [`nonces/${minute}/${nonce}`]: value,
})
const [keyId, random] = NONCE.next.split('-') as [string, string]

export const nonces: readonly Case[] = [
  allowed('claims a nonce', claim(NONCE.next)),
  allowed('claims one in another minute', claim(NONCE.first, '29921667')),
  allowed('claims one in the last minute', claim(NONCE.next, '9999999999')),
  allowed('claims the longest nonce', claim(`${keyId}-${'n'.repeat(64)}`)),
  denied('claims a nonce twice', claim(NONCE.first)),
  denied('claims a nonce with false', claim(NONCE.next, WINDOW.minute, false)),
  denied('claims a nonce with more', claim(NONCE.next, WINDOW.minute, { at: true })),
  denied('claims a longer nonce', claim(`${keyId}-${'n'.repeat(65)}`)),
  denied('claims a shorter nonce', claim(`${keyId}-${'n'.repeat(15)}`)),
  denied('claims one for a longer key ID', claim(`0${keyId}-${random}`)),
  denied('claims one for a shorter key ID', claim(`${keyId.slice(1)}-${random}`)),
  denied('claims one without a key ID', claim(random)),
  denied('claims one with a space', claim(`${keyId}- ${random}`)),
  denied('claims one in a minute of 11 digits', claim(NONCE.next, '99999999999')),
  denied('claims one in minute 0', claim(NONCE.next, '0')),
  denied('claims one in a minute that is none', claim(NONCE.next, 'now')),
  allowed('removes a minute', { [`nonces/${WINDOW.minute}`]: null }),
  denied('removes one nonce of a minute', claim(NONCE.first, WINDOW.minute, null)),
  denied('replaces a minute', { [`nonces/${WINDOW.minute}`]: { [NONCE.next]: true } }),
]
