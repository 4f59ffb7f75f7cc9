import type { CountryCode, NumberType } from 'libphonenumber-js/max'

/** A number that may be sent to. */
export interface Phone {
  /** `+` and digits. */
  readonly e164: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** All but the last four digits: a block of neighbours, as pumping scripts use them up. */
  readonly prefix: string
}

export type PhoneVerdict = Phone | 'malformed' | 'country_not_served' | 'type_refused'

const E164 = /^\+[1-9][0-9]{6,14}$/

/**
 * The only types that receive texts at an ordinary price. A list of what is allowed, so that premium,
 * shared-cost, satellite, pager and every type yet to be invented are refused (threat T16).
 */
const TYPES: readonly NumberType[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE']

/** Digits that tell one subscriber from the neighbours. */
const SUBSCRIBER_DIGITS = 4

/**
 * Reads a number with the full metadata, which knows the types; it is loaded by the first call.
 * @param countries ISO 3166-1 alpha-2; `any` where no text is sent: who has an account in a country
 * that is served no more can still log in
 */
export async function parsePhone(
  text: string,
  countries: ReadonlySet<string> | 'any',
): Promise<PhoneVerdict> {
  if (!E164.test(text)) return 'malformed'
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/max')
  const number = parsePhoneNumberFromString(text)
  // One spelling per number, or the limits of one number would be those of two.
  if (number?.isValid() !== true || number.number !== text) return 'malformed'
  const country: CountryCode | undefined = number.country
  if (country === undefined) return 'country_not_served'
  if (countries !== 'any' && !countries.has(country)) return 'country_not_served'
  if (!TYPES.includes(number.getType())) return 'type_refused'
  return { e164: text, country, prefix: text.slice(0, -SUBSCRIBER_DIGITS) }
}
