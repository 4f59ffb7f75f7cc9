import {
  checkEncryption,
  encryptionOf,
  readEncryptionConfig,
  type EncryptionMode,
} from '../../functions/src/encryptionSettings.ts'

const ROUTES = [
  { path: '/api/login', attest: 'accounts', encryption: 'allow' },
  { path: '/api/resend_otp', attest: 'sms', encryption: 'allow' },
  { path: '/api/health' },
] as const

const read = (encryption: string) =>
  readEncryptionConfig({ encryption }, (name, expected) => new TypeError(`${name}: ${expected}`))
    .encryption

test('what is said of a route goes before what is said of its group', () => {
  const modes = read('accounts=require,sms=require,/api/login=allow')
  const found = ROUTES.map((route) => encryptionOf(route, modes))
  expect(found).toEqual<(EncryptionMode | undefined)[]>(['allow', 'require', undefined])
})

test('nothing is demanded where nothing is said', () => {
  expect(encryptionOf(ROUTES[0], read(''))).toBe('allow')
})

test.each([
  'accounts',
  'accounts=maybe',
  'open=require',
  'x=require',
  '/x=require',
  'sms=allow,sms=allow',
])('%s is refused', (text) => {
  expect(() => read(text)).toThrow('encryption: allow or require')
})

test('a path that takes no encrypted bodies, or is none, is a slip of the pen and not passed over', () => {
  expect(() => checkEncryption(read('/api/login=require'), ROUTES)).not.toThrow()
  for (const path of ['/api/health', '/api/logn']) {
    expect(() => checkEncryption(read(`${path}=require`), ROUTES)).toThrow(path)
  }
})
