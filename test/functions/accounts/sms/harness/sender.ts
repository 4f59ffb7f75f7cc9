import type { SmsParams } from '../../../../../functions/src/accountSettings.ts'
import { makeSmsSender } from '../../../../../functions/src/accounts/sms/makeSmsSender.ts'
import { SmsFailure } from '../../../../../functions/src/accounts/sms/smsFailure.ts'
import type { SmsMessage, SmsSender } from '../../../../../functions/src/accounts/sms/smsSender.ts'
import { parseSmsSettings } from '../../../../../functions/src/accounts/sms/smsSettings.ts'
import { PARAMS } from './params.ts'

/** 2026-11-20T00:00:00Z. */
export const NOW_MS = Date.UTC(2026, 10, 20)

/** Number, code and text occur nowhere else, so that a leak of one of them is seen. */
export const MESSAGE: SmsMessage = {
  id: '019aa000000070008000000000000001',
  to: '+4915112345678',
  code: '867531',
  text: 'Your code is 867531 & stays secret: grüße + 100%',
}

/** The waits that a sender asked for; time itself stands still. */
export interface TestSender extends SmsSender {
  readonly waits: number[]
}

export function makeTestSender(
  params: Partial<SmsParams>,
  {
    deadlineMs = 5_000,
    onWait,
  }: { readonly deadlineMs?: number; readonly onWait?: () => Promise<unknown> } = {},
): TestSender {
  const waits: number[] = []
  const sender = makeSmsSender(parseSmsSettings({ ...PARAMS, ...params }), {
    deadlineMs,
    isEmulated: false,
    now: () => NOW_MS,
    print: () => undefined,
    wait: async (ms) => {
      waits.push(ms)
      await onWait?.()
    },
  })
  return { ...sender, waits }
}

/** The failure that sending ends with. */
export async function failureOf(sending: Promise<unknown>): Promise<SmsFailure> {
  const outcome = await sending.catch((error: unknown) => error)
  if (!(outcome instanceof SmsFailure)) throw new Error('the message was not refused')
  return outcome
}
