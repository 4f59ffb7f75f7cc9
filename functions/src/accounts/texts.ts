import { describeError, type Log } from '../log.ts'
import type { Phone } from './phone.ts'
import type { SmsSender } from './sms/smsSender.ts'

/** The texts that are sent. Neither ever fails its caller: the answer must not tell whether one went. */
export interface Texts {
  sendCode(phone: Phone, id: string, digits: string): Promise<void>
  /** To the owner of an account that somebody tried to sign up again. */
  sendNotice(phone: Phone, id: string): Promise<void>
}

export interface TextsParts {
  readonly sender: SmsSender
  readonly log: Log
  /** How the app calls itself to its users. */
  readonly appName: string
}

export function makeTexts({ sender, log, appName }: TextsParts): Texts {
  const send = async (phone: Phone, id: string, text: string, code?: string): Promise<void> => {
    const { country } = phone
    try {
      const { provider, providerId, state } = await sender.send({
        id,
        to: phone.e164,
        text,
        ...(code !== undefined && { code }),
      })
      const named = providerId !== null && { providerId }
      log({ event: 'sms_sent', id, country, provider, ...named, state })
    } catch (error) {
      log({ event: 'sms_failed', id, country, provider: sender.name, error: describeError(error) })
    }
  }

  return {
    sendCode: (phone, id, digits) =>
      send(
        phone,
        id,
        `${digits} is your ${appName} code. It is valid for 10 minutes. Do not share it.`,
        digits,
      ),
    sendNotice: (phone, id) =>
      send(
        phone,
        id,
        `Somebody tried to sign up to ${appName} with your number. You have an account already.`,
      ),
  }
}
