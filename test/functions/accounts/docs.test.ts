import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { smsLimits, type SmsLimitSettings } from '../../../functions/src/accounts/limits.ts'
import { ACCOUNT_SETTINGS } from '../../../functions/src/accountSettings.ts'

const docs = join(__dirname, '../../../docs')
const page = readFileSync(join(docs, 'sms.md'), 'utf8')

/** The cells of each table row, without the padding that the formatter adds. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

const WINDOWS: Readonly<Record<number, string>> = {
  600: '10 minutes',
  3600: '1 hour',
  86_400: '1 day',
}
const COUNTED = {
  number: 'number',
  prefix: 'number prefix',
  country: 'country',
  address: 'client address',
  install: 'install',
  global: 'everything',
} as const

const defaultOf = (param: { readonly options: object }): string =>
  JSON.stringify((param.options as { default: unknown }).default)

describe('the table of limits on texts', () => {
  // Each setting stands for itself, to learn which one a limit reads.
  const settings = Object.fromEntries(
    Object.keys(ACCOUNT_SETTINGS).map((name) => [name, name]),
  ) as unknown as SmsLimitSettings

  test.each(smsLimits(settings).map((limit) => [limit.name, limit] as const))(
    'has %s as the code has it',
    (name, { by, windowSeconds, quota }) => {
      const param = ACCOUNT_SETTINGS[quota as unknown as keyof typeof ACCOUNT_SETTINGS]
      const window = WINDOWS[windowSeconds]
      const fallback = defaultOf(param)
      expect(rows).toContainEqual([
        `\`${name}\``,
        COUNTED[by],
        window,
        `\`${param.name}\``,
        fallback,
      ])
    },
  )

  test('has no row for a limit that is gone', () => {
    // Only that table has five columns.
    const named = rows
      .filter((row) => row.length === 5)
      .map(([name = '']) => name)
      .filter((name) => /^`[a-z0-9-]+`$/.test(name))
    const known = ['number-cooldown', ...smsLimits(settings).map(({ name }) => name)]
    expect(named.sort()).toEqual(known.map((name) => `\`${name}\``).sort())
  })

  test.each(['smsCooldownSeconds', 'unverifiedPerCountryMax', 'unverifiedPerAddressMax'] as const)(
    'gives the default of %s',
    (name) => {
      const param = ACCOUNT_SETTINGS[name]
      const text = page.replace(/\s+/g, ' ')
      expect(text).toMatch(
        new RegExp(`\`${param.name}\` (?:texts )?(?:\\| |\\()${defaultOf(param)}\\b`),
      )
    },
  )
})

test('every param that the pages name is one', () => {
  const files = [join(docs, 'sms.md')].concat(
    readdirSync(join(docs, 'endpoints')).map((name) => join(docs, 'endpoints', name)),
  )
  const known = new Set<string>(Object.values(ACCOUNT_SETTINGS).map(({ name }) => name))
  const others = [
    'SMS_SECRET',
    'MASTER_SECRETS',
    'REQUESTS_PER_MINUTE_PER_INSTALL',
    'REGISTRATIONS_PER_MINUTE_PER_IP',
  ]
  const named = files.flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/`([A-Z]+(?:_[A-Z0-9]+)+)`/g),
  ])
  const unknown = named.map(([, name]) => name!).filter((name) => !known.has(name))
  expect(unknown.filter((name) => !others.includes(name))).toEqual([])
})
