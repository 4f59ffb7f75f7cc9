import { parsePhone } from '../../../functions/src/accounts/phone.ts'

const EVERYWHERE = new Set(['US', 'GB', 'DE', 'FR', 'IT', 'JM', 'IN', 'BR', 'AU', 'NL', 'CH', 'FI'])

test.each([
  ['+4915112345678', 'DE', '+491511234'],
  ['+447400123456', 'GB', '+44740012'],
  ['+33612345678', 'FR', '+3361234'],
  ['+393123456789', 'IT', '+39312345'],
  ['+919876543210', 'IN', '+91987654'],
  ['+5511961234567', 'BR', '+551196123'],
  // North America does not tell mobile from fixed line.
  ['+12015550123', 'US', '+1201555'],
])('%s of %s may be sent to, and its block is %s', async (e164, country, prefix) => {
  expect(await parsePhone(e164, EVERYWHERE)).toEqual({ e164, country, prefix })
})

test.each([
  ['premium rate', '+19002345678'],
  ['premium rate', '+449012345678'],
  ['premium rate', '+499001234567'],
  ['shared cost', '+448431234567'],
  ['shared cost', '+491801234567'],
  ['toll free', '+18002345678'],
  ['toll free', '+448001234567'],
  ['VoIP', '+445612345678'],
  ['pager', '+447640123456'],
  ['personal number', '+447012345678'],
  ['universal access number', '+445512345678'],
  ['voicemail', '+491517912345678'],
  ['fixed line', '+4930123456'],
  ['fixed line', '+442079460000'],
])('a text is never sent to a %s number: %s', async (_type, e164) => {
  expect(['type_refused', 'malformed']).toContain(await parsePhone(e164, EVERYWHERE))
})

test.each([
  ['premium rate', '+449012345678'],
  ['shared cost', '+448431234567'],
  ['toll free', '+448001234567'],
  ['VoIP', '+445612345678'],
  ['pager', '+447640123456'],
  ['fixed line', '+442079460000'],
])('a valid %s number is refused for its type, and not by chance', async (_type, e164) => {
  expect(await parsePhone(e164, EVERYWHERE)).toBe('type_refused')
})

test.each([
  ['satellite', '+881612345678'],
  ['international networks', '+883510012345'],
  ['international toll free', '+80012345678'],
  ['international premium rate', '+979123456789'],
])('%s numbers belong to no country, so none serves them: %s', async (_type, e164) => {
  expect(await parsePhone(e164, EVERYWHERE)).toBe('country_not_served')
  expect(await parsePhone(e164, 'any')).toBe('country_not_served')
})

test.each([
  ['no plus sign', '4915112345678'],
  ['a national number', '015112345678'],
  ['spaces', '+49 151 12345678'],
  ['dashes', '+49-151-12345678'],
  ['brackets', '+49(151)12345678'],
  ['a trunk zero', '+49015112345678'],
  ['an international prefix', '004915112345678'],
  ['a link', 'tel:+4915112345678'],
  ['an extension', '+4915112345678;ext=1'],
  ['Arabic-Indic digits', '+٤٩١٥١١٢٣٤٥٦٧٨'],
  ['full-width digits', '+491511234567８'],
  ['a full-width plus', '＋4915112345678'],
  ['a line break', '+4915112345678\n'],
  ['a NUL', '+4915112345678\0'],
  ['a letter', '+1800FLOWERS'],
  ['too few digits', '+49151'],
  ['too many digits', '+4915112345678901234'],
  ['a length that Germany has not', '+491511234567890'],
  ['an unknown country', '+9991234567890'],
  ['an area that does not exist', '+12110000000'],
  ['nothing', ''],
])('a number has one spelling: %s is malformed', async (_what, text) => {
  expect(await parsePhone(text, EVERYWHERE)).toBe('malformed')
})

test('only countries on the list are served, and neighbours of one calling code are told apart', async () => {
  expect(await parsePhone('+33612345678', new Set(['DE']))).toBe('country_not_served')
  expect(await parsePhone('+18762101234', new Set(['US', 'CA']))).toBe('country_not_served')
  expect(await parsePhone('+18762101234', new Set(['JM']))).toMatchObject({ country: 'JM' })
  // The Isle of Man and Jersey share the United Kingdom's code, not its price.
  expect(await parsePhone('+447624123456', new Set(['GB']))).toBe('country_not_served')
  expect(await parsePhone('+447797712345', new Set(['GB']))).toBe('country_not_served')
})

test('an empty list serves no country', async () => {
  expect(await parsePhone('+4915112345678', new Set())).toBe('country_not_served')
})

test('where no text is sent, a number of any country is read, by the same types', async () => {
  expect(await parsePhone('+33612345678', 'any')).toMatchObject({ country: 'FR' })
  expect(await parsePhone('+449012345678', 'any')).toBe('type_refused')
})
