import { HEADERS, parseServerTime, serverTimeText } from '@latchkey/protocol'
import { keyOf, type Credential } from './credential.ts'
import { isHmac } from './webCrypto.ts'

/**
 * The server's time in Unix seconds from a `clock_skew` answer, or undefined. Only with the MAC that the
 * service makes under our own secret and over the nonce of this very request: nobody on the way, and no
 * recorded answer, can set our clock, and so have us sign for another time.
 */
export async function readServerTime(
  response: Response,
  credential: Credential,
  nonce: string,
): Promise<number | undefined> {
  const told = parseServerTime(response.headers.get(HEADERS.serverTime) ?? '')
  if (told === null) return undefined
  const { unixSeconds, mac } = told
  const isGenuine = await isHmac(await keyOf(credential), mac, serverTimeText(unixSeconds, nonce))
  return isGenuine ? unixSeconds : undefined
}
