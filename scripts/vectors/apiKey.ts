import { parseApiKey, parseHmacSecret } from '@latchkey/protocol'
import { judged } from './expectation.ts'
import { CREDENTIAL, credentialOf } from './install.ts'

const { apiKey, keyId, hmacSecret } = CREDENTIAL

const KEYS = [
  { title: 'of the first master secret', apiKey },
  { title: 'of the seventh', apiKey: credentialOf(keyId, 7).apiKey },
  {
    title: 'the highest version, all digits',
    apiKey: `lk_v999999999_${'0'.repeat(32)}_${'f'.repeat(32)}`,
  },
]

const REFUSED_KEYS = [
  { title: 'nothing', apiKey: '' },
  { title: 'upper case', apiKey: apiKey.toUpperCase() },
  { title: 'a hex digit in upper case', apiKey: apiKey.replace('a', 'A') },
  { title: 'a letter that is no hex digit', apiKey: apiKey.replace('8', 'g') },
  { title: 'a key ID with the dashes of a UUID', apiKey: apiKey.replace('019a8f2d', '019a8f2d-') },
  { title: 'a key ID too short', apiKey: apiKey.replace('019a', '19a') },
  { title: 'a MAC too short', apiKey: apiKey.slice(0, -1) },
  { title: 'a MAC too long', apiKey: `${apiKey}0` },
  { title: 'no MAC', apiKey: `lk_v1_${keyId}` },
  { title: 'version 0', apiKey: apiKey.replace('v1', 'v0') },
  { title: 'a version with a leading zero', apiKey: apiKey.replace('v1', 'v01') },
  { title: 'a version of ten digits', apiKey: apiKey.replace('v1', 'v1000000000') },
  { title: 'a version in full-width digits', apiKey: apiKey.replace('v1', 'v１') },
  { title: 'no version', apiKey: apiKey.replace('v1_', '') },
  { title: 'another prefix', apiKey: apiKey.replace('lk', 'sk') },
  { title: 'dashes for underscores', apiKey: apiKey.replaceAll('_', '-') },
  { title: 'a space before', apiKey: ` ${apiKey}` },
  { title: 'a line feed after', apiKey: `${apiKey}\n` },
]

const REFUSED_SECRETS = [
  { title: 'nothing', hmacSecret: '' },
  { title: 'with padding', hmacSecret: `${hmacSecret}=` },
  { title: 'too short', hmacSecret: hmacSecret.slice(0, -1) },
  { title: 'too long', hmacSecret: `${hmacSecret}A` },
  { title: 'unused bits that are set', hmacSecret: `${hmacSecret.slice(0, -1)}9` },
  { title: 'base64 instead of base64url', hmacSecret: `+/${hmacSecret.slice(2)}` },
  { title: 'a space inside', hmacSecret: `${hmacSecret.slice(0, 20)} ${hmacSecret.slice(21)}` },
]

/** Together they hold every digit of base64url, the two that differ from base64 among them. */
const ALPHABET_HALVES = [
  '00108310518720928b30d38f41149351559761969b71d79f8218a39259a7a29a',
  '559761969b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3dfbf',
]

const SECRETS = [
  { title: "this install's", hmacSecret, hex: CREDENTIAL.hmacSecretHex },
  ...[...ALPHABET_HALVES, 'ff'.repeat(32)].map((hex) => ({
    title: `the bytes ${hex.slice(0, 8)}…`,
    hmacSecret: Buffer.from(hex, 'hex').toString('base64url'),
    hex,
  })),
]

export function apiKeyVectors() {
  const accepted = KEYS.map((it) => ({ ...it, ...parseApiKey(it.apiKey)! }))
  return {
    title:
      'API key (key ID: RFC 9562 section 5.7 without dashes) and HMAC secret (RFC 4648 section 5)',
    apiKeys: {
      accepted: judged(accepted, ({ keyId }) => keyId !== undefined),
      refused: judged(REFUSED_KEYS, (it) => parseApiKey(it.apiKey) === null),
    },
    hmacSecrets: {
      accepted: judged(SECRETS, (it) => toHex(parseHmacSecret(it.hmacSecret)) === it.hex),
      refused: judged(REFUSED_SECRETS, (it) => parseHmacSecret(it.hmacSecret) === null),
    },
  }
}

const toHex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex')
