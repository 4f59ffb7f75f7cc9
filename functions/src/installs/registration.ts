import { FORMATS } from '@latchkey/protocol'
import * as z from 'zod/mini'

const text = (pattern: RegExp, error: string) =>
  z.string({ error }).check(z.regex(pattern, { error }))

/** The body of `POST /api/installs`: step 1 without `otp`, step 2 with it. */
export const REGISTRATION = z.strictObject(
  {
    deviceId: text(FORMATS.deviceId, 'must be 8 to 128 characters of A-Z a-z 0-9 . _ : -'),
    uid: text(FORMATS.uid, 'must be 1 to 128 characters of A-Z a-z 0-9 _ -'),
    otp: z.optional(text(FORMATS.otp, 'must be 8 digits')),
  },
  { error: 'must be an object' },
)
