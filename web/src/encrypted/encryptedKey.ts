import type { Trial } from '../trials/trial.ts'

export const encryptedKey: Trial = {
  id: 'encrypted-key',
  title: 'Ask for a key with encryption',
  tried:
    'A second install makes a P-256 pair, sends its public half with the one-time password, and then asks for its own record.',
  expected: 200,
  why: 'The key is dropped with the service’s own public key, and with the install’s, for the app to compare: the database was not told through whoever reads along here. The private half has not left this page. A request without a body asks for an encrypted answer by Accept.',
  run: async (demo) => {
    const phone = demo.encrypted()
    // Each time a new install, so that all of it is shown.
    await phone.forget()
    await phone.fetch('/installs/current')
  },
  told: ({ told }) => {
    const { encryption } = JSON.parse(told?.plaintext ?? '{}') as { readonly encryption?: string }
    return `This key has encryption: ${encryption}.`
  },
}
