import { parseBaseUrl, readCall } from '../../client/src/call.ts'
import { parseCredential } from '../../client/src/credential.ts'
import { readServerTime } from '../../client/src/serverClock.ts'
import { signCall } from '../../client/src/signCall.ts'
import { slotOf } from '../../client/src/slot.ts'
import serverTimes from '../vectors/server-time.json'
import signedRequests from '../vectors/signed-requests.json'
import slots from '../vectors/slot.json'

// What every SDK is checked with, for this one: its own WebCrypto, and not the code that made the vectors.

const { apiKey, hmacSecret } = signedRequests.credential
const CREDENTIAL = parseCredential('uid', apiKey, hmacSecret)!
const HOST = 'https://host.example'

afterEach(() => jest.restoreAllMocks())

/** The next nonce is this one. */
function useNonce(nonce: string): void {
  jest.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
    ;(bytes as Uint8Array).set(Buffer.from(nonce, 'base64url'))
    return bytes
  })
}

/** It makes nonces of 16 bytes, and URLs with all marks escaped that browsers escape. */
const MADE_HERE = signedRequests.requests.filter(
  ({ nonce, target }) => nonce.length === 22 && new URL(HOST + target).href === HOST + target,
)

test.each(MADE_HERE)('signs $title', async (vector) => {
  useNonce(vector.nonce)
  const { bodyHex, contentType } = vector
  const call = await readCall(parseBaseUrl(HOST), `${HOST}${vector.target}`, {
    method: vector.method,
    ...(bodyHex !== undefined && {
      body: vector.bodyText ?? Buffer.from(bodyHex, 'hex'),
      headers: { 'Content-Type': contentType },
    }),
  })
  const { signed, nonce } = await signCall(call, CREDENTIAL, vector.created)
  expect(nonce).toBe(vector.nonce)
  // Others may go along, unsigned.
  expect(signed.headers).toMatchObject(vector.headers)
})

test('that were nearly all', () => {
  expect(MADE_HERE.length).toBeGreaterThanOrEqual(signedRequests.requests.length - 3)
})

test.each(slots.accepted)('finds the slot: $title', async ({ deviceId, slot }) => {
  expect(await slotOf(deviceId)).toBe(slot)
})

const readTold = ({ header, nonce }: { readonly header: string; readonly nonce: string }) =>
  readServerTime(new Response(null, { headers: { 'Server-Time': header } }), CREDENTIAL, nonce)

test.each(serverTimes.accepted)('believes the time: $title', async (vector) => {
  expect(await readTold(vector)).toBe(vector.unixSeconds)
})

test.each(serverTimes.refused)('does not believe: $title', async (vector) => {
  expect(await readTold(vector)).toBeUndefined()
})
