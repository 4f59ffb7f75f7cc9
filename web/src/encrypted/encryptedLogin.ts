import type { Trial } from '../trials/trial.ts'

export const encryptedLogin: Trial = {
  id: 'encrypted-login',
  title: 'Send a password, encrypted',
  tried:
    'Somebody logs in with a number that has no account. The SDK encrypts the body, and then signs.',
  expected: 'login_rejected',
  why: 'Whoever ends TLS on the way sees the path, the size and that it was refused: not the number, the password, or why. Content-Digest and signature cover the encrypted bytes, so the service verifies first and decrypts only what an install has sent. Its refusal comes encrypted to this device.',
  run: async (demo) => {
    const digits = String(crypto.getRandomValues(new Uint32Array(1))[0]! % 10_000_000)
    const phone = `+491511${digits.padStart(7, '0')}`
    await demo.encrypted().fetch('/login', {
      method: 'POST',
      body: JSON.stringify({ phone, password: 'correct horse battery' }),
    })
  },
}
