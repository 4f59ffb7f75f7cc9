import { formatSignature, HEADERS, signatureBase } from '@latchkey/protocol'
import { CREDENTIAL, hmacOf, nonceOf, NOW } from '../install.ts'
import { signedVector } from '../signedRequests.ts'

export const NONCE = nonceOf(0)
export const BODY = '{"phone":"+4915112345678","password":"correct horse"}'

/** The request that all variants differ from in one thing. */
export const GOOD = signedVector({
  title: 'POST with a body',
  method: 'POST',
  target: '/api/login?a=b',
  created: NOW,
  nonce: NONCE,
  contentType: 'application/json',
  body: BODY,
})
export const INPUT = GOOD.headers[HEADERS.signatureInput]!
export const SIGNATURE = GOOD.headers[HEADERS.signature]!

/** The values that could be covered, each as the good request has it. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ...GOOD.components,
  ['@authority', 'localhost'],
  ['idempotency-key', '4f6e2a'],
])

/** Both headers, made with the secret, over whatever the given Signature-Input says. */
export function signedWith(input: string, by = CREDENTIAL, values = VALUES) {
  const params = input.slice(input.indexOf('=') + 1)
  const names = [...params.slice(0, params.indexOf(')')).matchAll(/"([^"]+)"/g)]
  const covered = names.map(([, name]) => [name!, values.get(name!) ?? ''] as const)
  const mac = hmacOf(by)(signatureBase(covered, params))
  const label = input.slice(0, input.indexOf('='))
  return {
    [HEADERS.signatureInput]: input,
    [HEADERS.signature]: formatSignature(label, mac),
  }
}

/** The same with this text of Signature-Input replaced. */
export const resigned = (from: string, to: string) => signedWith(INPUT.replace(from, to))

export const header = (name: keyof typeof HEADERS, value: string | null) => ({
  [HEADERS[name]]: value,
})

/** As if this component had another value. */
export const signedOver = (name: string, value: string) =>
  signedWith(INPUT, CREDENTIAL, new Map(VALUES).set(name, value))
