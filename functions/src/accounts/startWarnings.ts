import type { Config } from '../config.ts'
import type { LogEvent } from '../log.ts'

type Asked = Pick<Config, 'smsCountries' | 'smsSender' | 'isEmulated'>

/**
 * Settings under which the service runs, but no text can go out. They are told when an instance
 * starts: the answers of the protected endpoints do not tell (threat T17), and would be asked too late.
 */
export function startWarnings({ smsCountries, smsSender, isEmulated }: Asked): readonly LogEvent[] {
  const warnings: LogEvent[] = []
  if (smsCountries.size === 0) {
    const hint = 'SMS_COUNTRIES is empty: no number is sent a text, so nobody can sign up.'
    warnings.push({ event: 'sms_countries_none', hint })
  }
  // A code in a file or a log line of the deployed service could be read by others.
  if (smsSender === 'console' && !isEmulated) {
    const hint = 'SMS_SENDER=console is for local runs: here every text is refused. Choose another.'
    warnings.push({ event: 'sms_sender_console', hint })
  }
  return warnings
}
