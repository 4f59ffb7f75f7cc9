import { ENCRYPTION } from '@latchkey/protocol'
import { z } from 'zod'

// For the OpenAPI document and the tests; the service imports nothing of it.

const coordinate = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .meta({
    description: 'Of the point, base64url.',
    examples: ['MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4'],
  })
const always = (value: string) => z.literal(value).meta({ description: `Always \`${value}\`.` })

const KEY = z.strictObject({
  kty: always('EC'),
  crv: always('P-256'),
  x: coordinate,
  y: coordinate,
  use: always('enc'),
  alg: always(ENCRYPTION.algs.EC),
  kid: z
    .string()
    .regex(/^v[1-9][0-9]{0,8}$/)
    .meta({
      description: 'To be named in the header of what is encrypted to it.',
      examples: ['v1'],
    }),
})

export const KEY_SET = z
  .strictObject({ keys: z.array(KEY).meta({ description: 'The newest first.' }) })
  .meta({ id: 'KeySet', description: 'Public keys of the service (RFC 7517 section 5).' })
