import { CREDENTIAL, NOW } from '../install.ts'
import { NONCE } from './good.ts'

const { keyId } = CREDENTIAL

/** A sender that has the secret, and signs what it sends, but not in the form of the profile. */
export const FORMS: readonly (readonly [
  title: string,
  from: string,
  to: string,
  reason: string,
])[] = [
  ['without alg', ';alg="hmac-sha256"', '', 'signature_input_malformed'],
  ['with another alg', 'hmac-sha256', 'hmac-sha512', 'signature_input_malformed'],
  ['without tag', ';tag="latchkey"', '', 'signature_input_malformed'],
  ['with another tag', '"latchkey"', '"other"', 'signature_input_malformed'],
  ['without created', `;created=${NOW}`, '', 'signature_input_malformed'],
  ['with created in milliseconds', `=${NOW}`, `=${NOW}000`, 'signature_input_malformed'],
  ['with created as a string', `=${NOW}`, `="${NOW}"`, 'signature_input_malformed'],
  ['without nonce', `;nonce="${NONCE}"`, '', 'signature_input_malformed'],
  ['with a nonce of 15 characters', NONCE, NONCE.slice(0, 15), 'signature_input_malformed'],
  ['with a nonce of padded base64', NONCE, `${NONCE}==`, 'signature_input_malformed'],
  ['without keyid', `;keyid="${keyId}"`, '', 'signature_input_malformed'],
  ['with a parameter of its own', ';alg=', ';app="x";alg=', 'signature_input_malformed'],
  ['with a parameter twice', ';alg=', `;created=${NOW};alg=`, 'signature_input_malformed'],
  ['with a space between parameters', ';nonce', '; nonce', 'signature_input_malformed'],
  ['with two spaces between components', '" "@path', '"  "@path', 'signature_input_malformed'],
  ['with a parameter on a component', '"@path"', '"@path";sf', 'signature_input_malformed'],
  ['with a component twice', '"@path"', '"@path" "@path"', 'signature_input_malformed'],
  [
    'with a component in upper case',
    '"content-type"',
    '"Content-Type"',
    'signature_input_malformed',
  ],
  ['with a label in upper case', 'lk=', 'LK=', 'signature_input_malformed'],
  ['without @method', '"@method" ', '', 'components_incomplete'],
  ['without @path', '"@path" ', '', 'components_incomplete'],
  ['without @query', '"@query" ', '', 'components_incomplete'],
  ['without x-api-key', '"x-api-key" ', '', 'components_incomplete'],
  ['without content-type', '"content-type" ', '', 'components_incomplete'],
  ['without content-digest', ' "content-digest"', '', 'components_incomplete'],
  ['with @authority', '"@query"', '"@query" "@authority"', 'components_unexpected'],
  ['with idempotency-key', '-digest"', '-digest" "idempotency-key"', 'components_unexpected'],
]
