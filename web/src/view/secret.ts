import { element } from './element.ts'

/** Names of headers, and of JSON members, whose values are secrets. */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-firebase-appcheck',
  'apiKey',
  'hmacSecret',
  'idToken',
  'refreshToken',
  'customToken',
  'password',
])

export const isSecret = (name: string): boolean => SECRETS.has(name)

/** Shorter ones are passwords, of which nothing is shown. */
const LONG_CHARS = 40

/**
 * A secret, shortened to as much as tells one from another until the page's switch shows it all. They
 * are of an install that ends with the page; an app would show none.
 */
export function secret(value: string): HTMLElement {
  const isLong = value.length >= LONG_CHARS
  return element(
    'span',
    { class: 'secret' },
    element(
      'span',
      { class: 'secret-short' },
      isLong ? `${value.slice(0, 10)}…${value.slice(-4)}` : '••••••••',
    ),
    element('span', { class: 'secret-full' }, value),
  )
}

/** @param isShown all secrets of the page in full */
export function showSecrets(isShown: boolean): void {
  document.documentElement.classList.toggle('secrets-shown', isShown)
}
