import { ACCEPTED, CHANGED, SIGN_IN } from '../../functions/src/accounts/answers.ts'
import { BODIES } from '../../functions/src/accounts/bodies.ts'
import { DOCUMENT, HEALTH } from '../../functions/src/http/answers.ts'
import { CURRENT, DROP, REVOKED } from '../../functions/src/installs/answers.ts'
import { KEY_SET } from '../../functions/src/encryption/answers.ts'
import { REGISTRATION, ROTATION } from '../../functions/src/installs/registration.ts'
import type { Body, Operation, Success } from './operation.ts'

const UID = 'yQAStBRTpBMNVqsdnxaPT5UDjzmO'
const SLOT = '2w8V1mR0Jc5eXqkLr7uT3A'
const DATABASE_URL = 'https://my-project-default-rtdb.firebaseio.com'
const KEY_ID = '0192f8a1c7de7d10a1b2c3d4e5f60718'

const dropOf = (drop: 'otp' | 'credential') => ({
  drop,
  path: `users/${UID}/${SLOT}/${drop}`,
  databaseUrl: DATABASE_URL,
})

const PHONE = {
  description: 'In E.164 form. For a text: a mobile number of a country in `SMS_COUNTRIES`.',
  example: '+4915112345678',
}
const OTP = { description: 'The six digits of the text.', example: '123456' }
const PASSWORD = {
  description: 'Without control characters. Length is what counts; nothing else is asked.',
  example: 'correct horse battery',
}

/** The members of a JWK (RFC 7517, RFC 7518 section 6). */
const JWK_FIELDS = {
  publicKey: {
    description: 'A public key of the device: P-256, or RSA of 2048 to 4096 bits with `e` AQAB.',
    example: {
      ...{ kty: 'EC', crv: 'P-256' },
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    },
  },
  kty: { description: 'The type of the key.', example: 'EC' },
  crv: { description: 'The curve: P-256.', example: 'P-256' },
  x: { description: 'Of the point.', example: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4' },
  y: { description: 'Of the point.', example: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM' },
  n: { description: 'The modulus, base64url.', example: 'oahUIzPu…' },
  e: { description: 'The exponent: 65537.', example: 'AQAB' },
  alg: { description: 'What it is for, if that is said.', example: 'ECDH-ES+A256KW' },
  use: { description: 'What it is for, if that is said.', example: 'enc' },
  kid: { description: 'Not kept.', example: 'mine' },
  ext: { description: 'Not kept.', example: true },
  key_ops: { description: 'Not kept.', example: [] },
}

const rotation: Body = {
  name: 'Rotation',
  description: 'Nothing, or `{}`, leaves the encryption of bodies as it is.',
  isOptional: true,
  schema: ROTATION,
  fields: {
    ...JWK_FIELDS,
    encryption: {
      description:
        'How the bodies of the new key are encrypted: as at the registration, or `none`.',
      example: 'none',
    },
  },
  examples: {
    same: { summary: 'As it is', value: {} },
    none: { summary: 'Without encryption', value: { encryption: 'none' } },
  },
}

const registration: Body = {
  name: 'Registration',
  description: 'Step 1 without `otp`, step 2 with it.',
  schema: REGISTRATION,
  fields: {
    deviceId: {
      description: 'A name for this installation, chosen by the app: a label, never a proof.',
      example: '5f0c3b1e-8a57-4a0e-9d55-2f6f0f3c9a11',
    },
    uid: { description: 'The Firebase UID that the app is signed in as.', example: UID },
    otp: {
      description: 'The code that the app has found in its slot. Good once, within a minute.',
      example: '92726532',
    },
    ...JWK_FIELDS,
    encryption: {
      description:
        'With `otp` only: that bodies can be encrypted, under a key of the device (`publicKey`, recommended) or a pair that the service makes (`server-key`).',
      example: { publicKey: JWK_FIELDS.publicKey.example },
    },
  },
  examples: {
    step1: {
      summary: 'Step 1: ask',
      value: { deviceId: '5f0c3b1e-8a57-4a0e-9d55-2f6f0f3c9a11', uid: UID },
    },
    step2: {
      summary: 'Step 2: bring the code back',
      value: { deviceId: '5f0c3b1e-8a57-4a0e-9d55-2f6f0f3c9a11', uid: UID, otp: '92726532' },
    },
  },
}

const example = (value: object) => ({ example: { summary: 'A body', value } })

const phone: Body = {
  name: 'Phone',
  description: 'The number that a text goes to.',
  schema: BODIES.phone,
  fields: { phone: PHONE },
  examples: example({ phone: PHONE.example }),
}

const phoneAndPassword: Body = {
  name: 'PhoneAndPassword',
  description: 'A number and a password.',
  schema: BODIES.phoneAndPassword,
  fields: { phone: PHONE, password: PASSWORD },
  examples: example({ phone: PHONE.example, password: PASSWORD.example }),
}

const phoneAndOtp: Body = {
  name: 'PhoneAndOtp',
  description: 'A number and the code that was sent to it.',
  schema: BODIES.phoneAndOtp,
  fields: { phone: PHONE, otp: OTP },
  examples: example({ phone: PHONE.example, otp: OTP.example }),
}

const phoneOtpAndPassword: Body = {
  name: 'PhoneOtpAndPassword',
  description: 'A number, the code that was sent to it, and the new password.',
  schema: BODIES.phoneOtpAndPassword,
  fields: { phone: PHONE, otp: OTP, password: PASSWORD },
  examples: example({
    phone: PHONE.example,
    otp: OTP.example,
    password: 'staple of another colour',
  }),
}

const accepted: Success = {
  status: 202,
  description:
    'Accepted. The same answer, after the same time, whether there is an account or not.',
  schema: ACCEPTED,
  example: { status: 'accepted' },
}

const signIn: Success = {
  status: 200,
  description: 'Sign in to Firebase Auth with this token.',
  schema: SIGN_IN,
  example: { customToken: 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1aWQiOiJ…' },
}

/** What sending a text can be refused with. */
const OF_TEXTS = ['conflict', 'idempotency_mismatch', 'sms_budget_exhausted'] as const

const TEXT_LIMITS =
  'Texts are limited by number, install, block of numbers, client address, country and day; ' +
  '`RateLimit-Policy` names the limit that was reached.'

/** One entry a route, under its method and path as the route map has them. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /api/health': {
    id: 'getHealth',
    tag: 'Service',
    summary: 'Whether the service runs',
    description: 'Liveness, without I/O: says nothing of the database or of Auth.',
    answer: {
      status: 200,
      description: 'It runs.',
      schema: HEALTH,
      example: { status: 'ok' },
    },
  },
  'GET /api/openapi.json': {
    id: 'getDocument',
    tag: 'Service',
    summary: 'This document',
    description: 'The description of the API as OpenAPI 3.1.',
    answer: {
      status: 200,
      description: 'The document.',
      schema: DOCUMENT,
      example: { openapi: '3.1.0', info: { title: 'Latchkey', version: '0.1.0' }, paths: {} },
    },
  },
  'POST /api/installs': {
    id: 'registerInstall',
    tag: 'Installs',
    summary: 'Register an install',
    description:
      'Both steps by which an app gets its key. **Step 1**, without `otp`, drops a one-time password ' +
      'at `users/{uid}/{slot}/otp`; the app reads it there, which proves that it is signed in as that ' +
      'UID. **Step 2**, with it, drops the credential at `users/{uid}/{slot}/credential`. The slot is ' +
      'the first 22 characters of base64url(SHA-256(device ID)).\n\n' +
      'Step 1 answers the same for every UID, whether it exists, has a key or is registering. Send ' +
      'the ID token whenever there is one: the proven owner of a UID is not subject to the limits ' +
      'that protect it from strangers.',
    body: registration,
    takesIdToken: true,
    answer: {
      status: 200,
      description: 'Where to look: the answer never holds a secret.',
      schema: DROP,
      example: dropOf('otp'),
    },
    codes: ['invalid_credentials', 'otp_rejected', 'key_suspended'],
  },
  'GET /api/keys': {
    id: 'getKeys',
    tag: 'Service',
    summary: 'The keys that bodies are encrypted to',
    description:
      'The public keys of the service as a JWK set (RFC 7517), the newest first. Only for encrypted bodies ' +
      'of installs that have a key of their own. May be kept for an hour.',
    answer: {
      status: 200,
      description: 'The keys.',
      schema: KEY_SET,
      example: {
        keys: [
          {
            ...JWK_FIELDS.publicKey.example,
            ...{ use: 'enc', alg: 'ECDH-ES+A256KW', kid: 'v1' },
          },
        ],
      },
    },
  },
  'GET /api/installs/current': {
    id: 'getCurrentKey',
    tag: 'Installs',
    summary: "The caller's own key",
    description: 'The record of the key that has signed this request.',
    answer: {
      status: 200,
      description: 'The record.',
      schema: CURRENT,
      example: {
        keyId: KEY_ID,
        status: 'active',
        scopes: ['accounts'],
        createdAt: 1795300000000,
        lastUsedAt: 1795300000000,
        masterVersion: 1,
      },
    },
  },
  'POST /api/installs/current/rotate': {
    id: 'rotateKey',
    tag: 'Installs',
    summary: 'Get a new key in place of this one',
    description:
      'Drops the successor of the key that has signed this request. The old key works until its grace ' +
      '(`ROTATION_GRACE_SECONDS`) ends, so a lost answer locks nobody out. The encryption of bodies stays as ' +
      'it is, with a new pair where the service has made one, unless the body asks for another.',
    body: rotation,
    answer: {
      status: 200,
      description: 'Where to look for the new credential.',
      schema: DROP,
      example: dropOf('credential'),
    },
    codes: ['conflict'],
  },
  'DELETE /api/installs/current': {
    id: 'revokeKey',
    tag: 'Installs',
    summary: 'Revoke the own key',
    description:
      'All instances refuse the key from now on, within a second as long as the database answers. ' +
      'Takes no body, or `{}`.',
    answer: {
      status: 200,
      description: 'The key is revoked.',
      schema: REVOKED,
      example: { keyId: KEY_ID, status: 'revoked' },
    },
    codes: ['conflict'],
  },
  'POST /api/register': {
    id: 'register',
    tag: 'Accounts',
    summary: 'Begin a sign-up',
    description:
      'Sends a code by SMS. The account is pending, and its password does not count, until ' +
      '`POST /api/verify_otp` has brought the code back from this very install. A number that has an ' +
      `account is sent a notice instead, and its password stays.\n\n${TEXT_LIMITS}`,
    body: phoneAndPassword,
    isIdempotent: true,
    answer: accepted,
    codes: OF_TEXTS,
  },
  'POST /api/verify_otp': {
    id: 'verifyOtp',
    tag: 'Accounts',
    summary: 'End a sign-up',
    description:
      'With the code of `POST /api/register`. A code is good for 10 minutes, once, for the install ' +
      'that asked for it; five guesses a code, and five an hour.',
    body: phoneAndOtp,
    answer: signIn,
    codes: ['otp_rejected'],
  },
  'POST /api/resend_otp': {
    id: 'resendOtp',
    tag: 'Accounts',
    summary: 'Send a new code',
    description:
      'In place of the one that this install waits for: that of a sign-up, or else of a password ' +
      `reset. The earlier one is worth nothing from then on.\n\n${TEXT_LIMITS}`,
    body: phone,
    isIdempotent: true,
    answer: accepted,
    codes: OF_TEXTS,
  },
  'POST /api/password/reset': {
    id: 'resetPassword',
    tag: 'Accounts',
    summary: 'Ask for a password reset',
    description: `Sends a code to the owner of the account, if there is one.\n\n${TEXT_LIMITS}`,
    body: phone,
    isIdempotent: true,
    answer: accepted,
    codes: OF_TEXTS,
  },
  'POST /api/password/confirm': {
    id: 'confirmPassword',
    tag: 'Accounts',
    summary: 'Set a new password',
    description:
      'With the code of `POST /api/password/reset`. The old password is refused at once, and the ' +
      "account's sessions end. Let the user log in.",
    body: phoneOtpAndPassword,
    answer: {
      status: 200,
      description: 'The password is changed.',
      schema: CHANGED,
      example: { status: 'changed' },
    },
    codes: ['otp_rejected'],
  },
  'POST /api/login': {
    id: 'login',
    tag: 'Accounts',
    summary: 'Log in',
    description:
      'With number and password. One answer for a wrong password, an unknown number and one that was ' +
      'never verified. Tries are counted, for the install and for the account.',
    body: phoneAndPassword,
    answer: signIn,
    codes: ['login_rejected'],
  },
}
