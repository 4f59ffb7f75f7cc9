import { ERRORS, type ErrorCode } from '@latchkey/protocol'
import { z } from 'zod'

// The schemas of answers describe and check: the OpenAPI document is made from them, and tests hold every
// answer to it. The service imports their types alone, so that nothing is loaded for what it says itself.

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]

const FAULT = z.strictObject({
  pointer: z.string().meta({
    description: 'The place in the body: a JSON pointer (RFC 6901) as a URI fragment.',
    examples: ['#/deviceId'],
  }),
  detail: z.string().meta({
    description: 'What is expected there. What was sent is never repeated.',
    examples: ['must be 8 to 128 characters of A-Z a-z 0-9 . _ : -'],
  }),
})

/** Every error: RFC 9457 with the extension members `code`, `requestId`, `errors` and `serverTime`. */
export const PROBLEM = z
  .strictObject({
    type: z.string().meta({
      format: 'uri-reference',
      description: 'The paragraph of this error on the page of error codes.',
    }),
    title: z.string().meta({ description: 'A short name, the same for every cause.' }),
    status: z.int().min(400).max(599).meta({ description: 'The HTTP status once more.' }),
    detail: z.string().meta({
      description: 'What to do about it; the same for every cause, so that it guides no attacker.',
    }),
    code: z.enum(CODES).meta({ description: 'What programs decide by; it will not change.' }),
    requestId: z.uuid().meta({
      description: 'The value of `X-Request-Id`. Quote it when you report the error.',
    }),
    errors: z.array(FAULT).optional().meta({
      description: 'With `invalid_request`: the faults of the body.',
    }),
    serverTime: z.int().optional().meta({
      description:
        'With `clock_skew`: Unix seconds. Believe it only when the MAC in `Server-Time` is right.',
    }),
  })
  .meta({
    id: 'Problem',
    description: 'An error as RFC 9457 describes it, told apart by its `code`.',
  })

export const HEALTH = z.strictObject({ status: z.literal('ok') }).meta({
  id: 'Health',
  description: 'The function runs. Neither the database nor Auth was asked.',
})

export const DOCUMENT = z
  .looseObject({
    openapi: z.string().regex(/^3\.1\.\d$/),
    info: z.looseObject({ title: z.string(), version: z.string() }),
    paths: z.looseObject({}),
  })
  .meta({ id: 'Document', description: 'This very document: OpenAPI 3.1 as JSON.' })
