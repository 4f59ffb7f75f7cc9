import { makeConsoleSender, type ConsoleOptions } from './consoleSender.ts'
import { makeHttpSender, type HttpSenderOptions } from './httpSender.ts'
import type { SmsProvider } from './smsProvider.ts'
import type { SmsSender } from './smsSender.ts'
import type { SmsSettings } from './smsSettings.ts'
import { twilioMessaging } from './twilioMessaging.ts'
import { twilioVerify } from './twilioVerify.ts'
import { vonage } from './vonage.ts'
import { webhook } from './webhook.ts'

/** The sender that the settings choose. Make it once: its breaker remembers how the provider fares. */
export function makeSmsSender(
  settings: SmsSettings,
  options: ConsoleOptions & HttpSenderOptions,
): SmsSender {
  return settings.sender === 'console'
    ? makeConsoleSender(settings, options)
    : makeHttpSender(makeProvider(settings), options)
}

function makeProvider(settings: Exclude<SmsSettings, { sender: 'console' }>): SmsProvider {
  switch (settings.sender) {
    case 'twilio':
      return twilioMessaging(settings)
    case 'twilio-verify':
      return twilioVerify(settings)
    case 'vonage':
      return vonage(settings)
    case 'webhook':
      return webhook(settings)
  }
}
