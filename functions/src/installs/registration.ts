import { ENCRYPTION, FORMATS } from '@latchkey/protocol'
import * as z from 'zod/mini'

const text = (pattern: RegExp, error: string) =>
  z.string({ error }).check(z.regex(pattern, { error }))

const PUBLIC_KEY = 'must be a public JWK: P-256, or RSA of 2048 to 4096 bits with e=AQAB'
const member = z.string({ error: PUBLIC_KEY })

/** What a key says of itself. It is dropped, but may not contradict what the key is used for. */
const SAID = {
  use: z.optional(z.literal('enc', { error: PUBLIC_KEY })),
  kid: z.optional(member),
  ext: z.optional(z.boolean({ error: PUBLIC_KEY })),
  key_ops: z.optional(z.array(member, { error: PUBLIC_KEY })),
}

/**
 * Public members alone: a private key that came with them would have been in our hands, and whoever sends
 * one shall learn it. Whether it is a good key is looked at later, by OpenSSL.
 */
const DEVICE_KEY = z.discriminatedUnion(
  'kty',
  [
    z.strictObject({
      kty: z.literal('EC'),
      crv: member,
      x: member,
      y: member,
      alg: z.optional(z.literal(ENCRYPTION.algs.EC, { error: PUBLIC_KEY })),
      ...SAID,
    }),
    z.strictObject({
      kty: z.literal('RSA'),
      n: member,
      e: member,
      alg: z.optional(z.literal(ENCRYPTION.algs.RSA, { error: PUBLIC_KEY })),
      ...SAID,
    }),
  ],
  { error: PUBLIC_KEY },
)

const WISH = 'must be "server-key", or an object with a publicKey: a JWK without private members'
const SERVER_KEY = z.literal('server-key', { error: WISH })
const BY_DEVICE = z.strictObject({ publicKey: DEVICE_KEY }, { error: WISH })

/** The body of `POST /api/installs`: step 1 without `otp`, step 2 with it. */
export const REGISTRATION = z.strictObject(
  {
    deviceId: text(FORMATS.deviceId, 'must be 8 to 128 characters of A-Z a-z 0-9 . _ : -'),
    uid: text(FORMATS.uid, 'must be 1 to 128 characters of A-Z a-z 0-9 _ -'),
    otp: z.optional(text(FORMATS.otp, 'must be 8 digits')),
    encryption: z.optional(z.union([SERVER_KEY, BY_DEVICE], { error: WISH })),
  },
  { error: 'must be an object' },
)

/** The body of `POST /api/installs/current/rotate`, where there is one. */
export const ROTATION = z.strictObject(
  {
    encryption: z.optional(
      z.union([SERVER_KEY, BY_DEVICE, z.literal('none')], {
        error: `${WISH}, or "none"`,
      }),
    ),
  },
  { error: 'must be an object' },
)
