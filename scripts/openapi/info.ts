import type { Tag } from './operation.ts'
import { problemsOf } from './problems.ts'

export const INFO = {
  info: {
    title: 'Latchkey',
    summary: 'A key of its own for every install of a mobile app.',
    description:
      'An app gets an API key and an HMAC secret of its own by `POST /api/installs`, and signs every ' +
      'other request with them (RFC 9421, RFC 9530). No answer holds a secret: it is dropped in the ' +
      'Realtime Database, at a place that only the app signed in as its own Firebase UID can read.\n\n' +
      'Bodies are JSON in UTF-8 of at most 16 kB, without a content encoding; unknown fields are ' +
      'refused. Every error is a problem of RFC 9457, told apart by its `code`. A path that is not ' +
      'listed here answers 404 `not_found`, another method 405 `method_not_allowed`.\n\n' +
      'A signature covers the path as it is written here, with `/api`, by whichever server the ' +
      'request goes.\n\nPages of other origins may call only if the deployment lists them (CORS); their ' +
      'preflights are answered 204. All answers forbid to be stored (`Cache-Control: no-store`).',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    { url: '/', description: 'Firebase Hosting, which this document comes from' },
    {
      url: 'https://{region}-{project}.cloudfunctions.net',
      description: 'The function itself',
      variables: {
        region: { default: 'us-central1', description: 'The param `REGION` of the deployment' },
        project: { default: 'my-project', description: 'The Firebase project' },
      },
    },
  ],
} as const

const TAG_TEXTS: Readonly<Record<Tag, string>> = {
  Installs: 'Getting a key, looking at it, replacing it and giving it up.',
  Accounts:
    'What an app calls before its user has an account. Each request is signed, with a key of scope ' +
    '`accounts`, and accepted once.',
  Gateway: 'Third-party APIs, whose secrets stay on the server.',
  Service: 'About the service itself.',
}

/** In the order in which a reader needs them. */
export const tagsOf = (used: ReadonlySet<string>) =>
  Object.entries(TAG_TEXTS)
    .filter(([name]) => used.has(name))
    .map(([name, description]) => ({ name, description }))

/** How `OPTIONS` is answered for a page of a listed origin, at any path. */
export const PREFLIGHT = {
  description: 'The preflight of a page whose origin is listed (CORS).',
} as const

/** What a request is told that belongs to no operation. */
export const OUTSIDE = problemsOf([
  'invalid_request',
  'origin_not_allowed',
  'not_found',
  'method_not_allowed',
])
