import { formatServerTime, parseServerTime, serverTimeText } from '@latchkey/protocol'
import { judged } from './expectation.ts'
import { CREDENTIAL, hmacOf, nonceOf, NOW, STRANGER, type VectorCredential } from './install.ts'

const NONCE = nonceOf(0)

const headerFor = (
  { unixSeconds = NOW, nonce = NONCE, text = serverTimeText(unixSeconds, nonce) },
  by: VectorCredential = CREDENTIAL,
) => formatServerTime({ unixSeconds, mac: hmacOf(by)(text) })

const GOOD = headerFor({})

const SHORT = hmacOf(CREDENTIAL)(serverTimeText(NOW, NONCE)).subarray(0, 31)

const ACCEPTED = [
  { title: 'now', unixSeconds: NOW, nonce: NONCE },
  {
    title: 'a day later, for a request of another nonce',
    unixSeconds: NOW + 86_400,
    nonce: nonceOf(9),
  },
  { title: 'the year 2038, past 31 bits', unixSeconds: 2_147_483_648, nonce: NONCE },
]

/** Each is sent in answer to a request with the nonce NONCE; a client must not believe it. */
const REFUSED = [
  { title: 'no header, or an empty one', header: '' },
  { title: 'no MAC', header: `${NOW}` },
  { title: 'another time under the same MAC', header: GOOD.replace(/^\d+/, String(NOW + 1)) },
  { title: 'a changed digit of the MAC', header: changeAt(GOOD, GOOD.indexOf('=:') + 2) },
  { title: 'a changed digit late in the MAC', header: changeAt(GOOD, GOOD.length - 6) },
  { title: 'unused bits of the MAC that are set', header: GOOD.replace(/.=:$/, nextDigit) },
  { title: 'a MAC of 31 bytes', header: formatServerTime({ unixSeconds: NOW, mac: SHORT }) },
  { title: 'the answer to another request', header: headerFor({ nonce: nonceOf(1) }) },
  { title: "under another install's secret", header: headerFor({}, STRANGER) },
  {
    title: 'the MAC of a text without its first line',
    header: headerFor({ text: `${NOW}\n${NONCE}` }),
  },
  { title: 'a leading zero', header: `0${GOOD}` },
  { title: 'a fraction', header: GOOD.replace(';', '.5;') },
  { title: 'a minus sign', header: `-${GOOD}` },
  { title: 'a parameter more', header: `${GOOD};a=1` },
  { title: 'no space', header: GOOD.replace('; ', ';') },
  { title: 'twice', header: `${GOOD}, ${GOOD}` },
]

function changeAt(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

/** The next digit of base64: the same bits that are used, another one that is not. */
function nextDigit(end: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return `${digits[digits.indexOf(end[0]!) + 1]}=:`
}

function isBelieved(header: string, nonce: string): boolean {
  const told = parseServerTime(header)
  if (told === null) return false
  return hmacOf(CREDENTIAL)(serverTimeText(told.unixSeconds, nonce)).equals(told.mac)
}

export function serverTimeVectors() {
  return {
    title: 'Server-Time: HMAC-SHA256 (RFC 2104) over the time and the nonce of the request',
    credential: CREDENTIAL,
    accepted: judged(
      ACCEPTED.map((it) => {
        const text = serverTimeText(it.unixSeconds, it.nonce)
        const macHex = hmacOf(CREDENTIAL)(text).toString('hex')
        return { ...it, text: text.split('\n'), macHex, header: headerFor(it) }
      }),
      ({ header, nonce }) => isBelieved(header, nonce),
    ),
    refused: judged(
      REFUSED.map((it) => ({ ...it, nonce: NONCE })),
      ({ header, nonce }) => !isBelieved(header, nonce),
    ),
  }
}
