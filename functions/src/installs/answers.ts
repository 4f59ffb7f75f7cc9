import { FORMATS } from '@latchkey/protocol'
import { z } from 'zod'

// For the OpenAPI document and the tests; the service imports the types alone.

const KEY_ID = z
  .string()
  .regex(FORMATS.keyId)
  .meta({
    description: 'The public name of a key: a UUIDv7 as 32 hex digits, part of the API key.',
    examples: ['0192f8a1c7de7d10a1b2c3d4e5f60718'],
  })

const time = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ description: `${description} Unix milliseconds.` })

/** Where something was dropped; never what. */
export const DROP = z
  .strictObject({
    drop: z.enum(['otp', 'credential']).meta({
      description:
        '`otp`: `{ code, expiresAt }`. `credential`: `{ apiKey, hmacSecret, keyId, issuedAt, encryption? }`.',
    }),
    path: z
      .string()
      .regex(/^users\/[A-Za-z0-9_-]{1,128}\/[A-Za-z0-9_-]{22}\/(?:otp|credential)$/)
      .meta({
        description: 'Its place in the Realtime Database, which this UID alone can read.',
        examples: ['users/yQAStBRTpBMNVqsdnxaPT5UDjzmO/2w8V1mR0Jc5eXqkLr7uT3A/credential'],
      }),
    databaseUrl: z.string().meta({
      format: 'uri',
      description: 'The database to read it from; a deployment can have several.',
      examples: ['https://my-project-default-rtdb.firebaseio.com'],
    }),
  })
  .meta({
    id: 'Drop',
    description:
      'Where to look. No answer ever holds a secret: it lies where only the app that is signed in ' +
      'as this UID can read it.',
  })

/** The record of the key that has signed the request. */
export const CURRENT = z
  .strictObject({
    keyId: KEY_ID,
    status: z.enum(['active', 'superseded', 'dormant']).meta({
      description: '`superseded`: a newer key exists, and this one works until `graceUntil`.',
    }),
    scopes: z
      .array(z.string())
      .readonly()
      .meta({
        description: 'What this key may call besides its own record.',
        examples: [['accounts']],
      }),
    createdAt: time('When it was issued.'),
    lastUsedAt: time('When it was last used, to the day.'),
    masterVersion: z
      .int()
      .min(1)
      .meta({
        description: 'The version of the master secret that it is derived from.',
        examples: [1],
      }),
    graceUntil: time('Until when a superseded key works.').optional(),
    encryption: z.enum(['server-key', 'device-key']).optional().meta({
      description: 'Whose key pair its bodies can be encrypted with; absent where they cannot.',
    }),
  })
  .meta({ id: 'CurrentKey', description: 'The record of the key that has signed the request.' })

export const REVOKED = z
  .strictObject({ keyId: KEY_ID, status: z.literal('revoked') })
  .meta({ id: 'RevokedKey', description: 'The key that is worth nothing from now on.' })

export type Drop = z.infer<typeof DROP>
export type Revoked = z.infer<typeof REVOKED>
