import { digestOf } from '../contentDigest.ts'
import { CREDENTIAL, nonceOf, NOW, STRANGER } from '../install.ts'
import type { Change, Refused } from './change.ts'
import { FORMS } from './forms.ts'
import {
  BODY,
  GOOD,
  header,
  INPUT,
  NONCE,
  resigned,
  SIGNATURE,
  signedOver,
  signedWith,
} from './good.ts'

const { apiKey } = CREDENTIAL
const OTHER_DIGEST = GOOD.contentDigest!.replace('256', '512')
const lastDigit = (text: string) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')

const refused = (title: string, reason: string, change: Change): Refused => ({
  title,
  code: 'invalid_credentials',
  reason,
  ...change,
})

/** Refused before the signature has verified: one answer for all. */
export const UNVERIFIED: readonly Refused[] = [
  // Whoever has no secret: changed on the way.
  refused('another path', 'signature_wrong', { target: '/api/register?a=b' }),
  refused('another query', 'signature_wrong', { target: '/api/login?a=c' }),
  refused('no query', 'signature_wrong', { target: '/api/login' }),
  refused('an escape in the query', 'signature_wrong', { target: '/api/login?%61=b' }),
  refused('another content type', 'signature_wrong', {
    headers: header('contentType', 'text/plain'),
  }),
  refused('a content type with a charset', 'signature_wrong', {
    headers: header('contentType', 'application/json; charset=utf-8'),
  }),
  refused('a content type in other case', 'signature_wrong', {
    headers: header('contentType', 'Application/json'),
  }),
  refused('another body', 'digest_wrong', { body: BODY.replace('horse', 'house') }),
  refused('a body with a line feed at its end', 'digest_wrong', { body: `${BODY}\n` }),
  refused('the digest of another body', 'signature_wrong', {
    headers: header('contentDigest', digestOf('{}')),
  }),
  refused('no body', 'content_digest_without_body', { body: '' }),
  refused('another time', 'signature_wrong', {
    headers: header('signatureInput', INPUT.replace(String(NOW), String(NOW + 1))),
  }),
  refused('another nonce', 'signature_wrong', {
    headers: header('signatureInput', INPUT.replace(NONCE, nonceOf(1))),
  }),
  refused('a digit of the MAC', 'signature_wrong', {
    headers: header(
      'signature',
      SIGNATURE.replace(/:./, (it) => (it === ':A' ? ':B' : ':A')),
    ),
  }),
  // A key that is none, or another's.
  refused('no API key', 'api_key_missing', { headers: header('apiKey', null) }),
  refused('an API key in upper case', 'api_key_malformed', {
    headers: header('apiKey', apiKey.toUpperCase()),
  }),
  refused('a digit of the API key', 'api_key_forged', {
    headers: header('apiKey', lastDigit(apiKey)),
  }),
  refused('an API key of a master version that is unknown', 'api_key_forged', {
    headers: header('apiKey', apiKey.replace('v1', 'v2')),
  }),
  refused("another install's API key", 'key_id_mismatch', {
    headers: header('apiKey', STRANGER.apiKey),
  }),
  refused("signed with another install's secret", 'signature_wrong', {
    headers: signedWith(INPUT, STRANGER),
  }),
  // Signed, but not in the form of the profile.
  ...FORMS.map(([title, from, to, reason]) =>
    refused(`signed ${title}`, reason, {
      headers: resigned(from, to),
      ...(to.includes('idempotency') && { moreHeaders: [['Idempotency-Key', '4f6e2a']] }),
    }),
  ),
  refused('signed over @query without its question mark', 'signature_wrong', {
    headers: signedOver('@query', 'a=b'),
  }),
  refused('signed over the path without /api', 'signature_wrong', {
    headers: signedOver('@path', '/login'),
  }),
  refused('signed over another method', 'signature_wrong', {
    headers: signedOver('@method', 'GET'),
  }),
  refused('signed over a method in lower case', 'signature_wrong', {
    headers: signedOver('@method', 'post'),
  }),
  refused('the signature has another label', 'signature_malformed', {
    headers: header('signature', SIGNATURE.replace('lk=', 'sig1=')),
  }),
  refused('the signature is base64url', 'signature_malformed', {
    headers: header('signature', SIGNATURE.replace(/:.{43}=/, `:${'-_'.repeat(21)}A=`)),
  }),
  refused('the signature has no padding', 'signature_malformed', {
    headers: header('signature', SIGNATURE.replace(/=:$/, ':')),
  }),
  refused('two signatures', 'signature_malformed', {
    headers: header('signature', `${SIGNATURE}, sig1${SIGNATURE.slice(2)}`),
  }),
  refused('no signature', 'signature_missing', { headers: header('signature', null) }),
  refused('no signature input', 'signature_input_missing', {
    headers: header('signatureInput', null),
  }),
  refused('no digest', 'content_digest_missing', { headers: header('contentDigest', null) }),
  refused('no content type', 'content_type_missing', { headers: header('contentType', null) }),
  refused('a digest of another algorithm', 'content_digest_malformed', {
    headers: {
      ...header('contentDigest', OTHER_DIGEST),
      ...signedOver('content-digest', OTHER_DIGEST),
    },
  }),
]
