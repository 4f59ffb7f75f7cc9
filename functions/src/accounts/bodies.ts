import * as z from 'zod/mini'
import { text } from '../http/textField.ts'

const phone = text(/^\+[1-9][0-9]{6,14}$/, 'must be a phone number in E.164 form')
const otp = text(/^[0-9]{6}$/, 'must be 6 digits')
/** NIST SP 800-63B section 3.1.1: length is what counts; the upper bound keeps hashing cheap. */
const password = text(/^[^\p{Cc}]{8,128}$/u, 'must be 8 to 128 characters')

const object = { error: 'must be an object' }

/** The bodies of the protected endpoints. */
export const BODIES = {
  phone: z.strictObject({ phone }, object),
  phoneAndPassword: z.strictObject({ phone, password }, object),
  phoneAndOtp: z.strictObject({ phone, otp }, object),
  phoneOtpAndPassword: z.strictObject({ phone, otp, password }, object),
}
