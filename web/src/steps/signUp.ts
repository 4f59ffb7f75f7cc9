import { readError } from '@latchkey/client/core'
import { textsTo, waitForText } from '../app/outbox.ts'
import { PageError } from '../app/pageError.ts'
import type { Step } from './step.ts'

export const signUp: Step = {
  id: 'sign-up',
  short: 'Sign up',
  title: 'Sign up with a phone number',
  why: 'This endpoint sends a text, which costs money: it takes a signed request, accepts it once, counts it, and says the same whether the number has an account or not.',
  run: async ({ latchkey, form, load, backend }) => {
    const { phone, password } = form
    if (phone === '') throw new PageError('Enter your mobile number in the phone first.')
    const hasOutbox = backend.local?.hasOutbox === true
    const seen = hasOutbox ? (await textsTo(load, phone)).length : 0
    const response = await latchkey.fetch('/register', {
      method: 'POST',
      // One for each press of the button: a retry with it buys no second text.
      headers: { 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify({ phone, password }),
    })
    if (!response.ok) throw await readError(response)
    if (!hasOutbox) return 'Accepted. The text goes to your phone: enter its code.'
    const text = await waitForText(load, phone, seen)
    if (text === undefined) throw new PageError('Accepted, but no text came to the outbox.')
    form.showText(text.text)
    form.code = text.code ?? ''
    return 'Accepted. The text has arrived on the phone.'
  },
}
