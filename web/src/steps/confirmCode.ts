import { readError } from '@latchkey/client/core'
import { PageError } from '../app/pageError.ts'
import type { Step } from './step.ts'

export const confirmCode: Step = {
  id: 'confirm',
  short: 'Confirm',
  title: 'Confirm the code',
  why: 'The code counts only from the install that has asked for it, so one that is read aloud to a stranger is of no use to the stranger. The answer is a token to sign in with.',
  run: async ({ latchkey, form, holdings }) => {
    const { phone, code } = form
    if (code === '') throw new PageError('Enter the code of the text in the phone first.')
    const response = await latchkey.fetch('/verify_otp', {
      method: 'POST',
      body: JSON.stringify({ phone, otp: code }),
    })
    if (!response.ok) throw await readError(response)
    const { customToken } = (await response.json()) as { readonly customToken: string }
    holdings.set({ accountUid: uidIn(customToken) })
    return 'The number is verified, and the account can sign in.'
  },
}

/** The account that a custom token (a JWT) is for. */
function uidIn(token: string): string {
  const [, claims = ''] = token.split('.')
  const { uid } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as {
    readonly uid: string
  }
  return uid
}
