import { bodyView } from './bodyView.ts'
import { element } from './element.ts'

/** Five parts, the first of which is a JSON object in base64url: `eyJ` is `{"`. */
const JWE = /^(eyJ[\w-]+)\.[\w-]+\.[\w-]+\.[\w-]*\.[\w-]+$/

/**
 * An encrypted body: what goes over the wire, its header, and what the app has made of it, if it could.
 * Undefined for any other body.
 */
export function jweView(body: string, plaintext: string | undefined): HTMLElement | undefined {
  const [, header] = JWE.exec(body) ?? []
  if (header === undefined) return undefined
  return element(
    'div',
    { class: 'jwe' },
    bodyView(body),
    element('p', {}, 'The header of this JWE, which everybody can read:'),
    bodyView(decoded(header)),
    ...(plaintext === undefined
      ? []
      : [element('p', {}, 'What is encrypted, which the app and the service can read:')]),
    ...(plaintext === undefined ? [] : [bodyView(plaintext)]),
  )
}

const decoded = (part: string): string => atob(part.replaceAll('-', '+').replaceAll('_', '/'))
