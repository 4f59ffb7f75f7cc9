import type { AccountForm } from '../app/demo.ts'
import type { Held } from '../app/holdings.ts'
import { byId } from './element.ts'
import { secret } from './secret.ts'

/** The phone: what the app on it has, and what is typed into it. */
export interface PhoneView {
  readonly form: AccountForm
  show(held: Held): void
}

export function makePhoneView(): PhoneView {
  const phone = byId<HTMLInputElement>('phone-number')
  const password = byId<HTMLInputElement>('password')
  const code = byId<HTMLInputElement>('code')
  const text = byId('text-message')
  return {
    form: {
      get phone() {
        return phone.value.replace(/[\s()-]/g, '')
      },
      get password() {
        return password.value
      },
      get code() {
        return code.value.trim()
      },
      set code(value) {
        code.value = value
      },
      showText: (message) => {
        text.textContent = message
        text.classList.add('arrived')
      },
    },
    show: ({ uid, code: otp, isCodeUsed, apiKey, hmacSecret, accountUid }) => {
      fill('held-uid', uid)
      fill('held-code', otp, isCodeUsed ? ' (used)' : '')
      fill('held-key', apiKey && secret(apiKey))
      fill('held-secret', hmacSecret && secret(hmacSecret))
      fill('held-account', accountUid)
    },
  }
}

const NOTHING = 'none yet'

function fill(id: string, value: Node | string | undefined, more = ''): void {
  const place = byId(id)
  place.replaceChildren(value ?? NOTHING, more)
  place.classList.toggle('filled', value !== undefined)
}

/**
 * A mobile number that looks real, for runs whose texts go nowhere. A new one each time, because an
 * account, its cooldown and its limits stay for as long as the run.
 */
export function inventNumber(
  form: { value: string } = byId<HTMLInputElement>('phone-number'),
): void {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(7)), (byte) => byte % 10)
  form.value = `+491511${digits.join('')}`
}

/** Says under the number where its text will go. */
export function showHint(text: string): void {
  byId('number-hint').textContent = text
}
