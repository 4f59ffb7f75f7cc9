import { ENCRYPTION } from '@latchkey/protocol'
import type { BodyEncryption } from '../bodyEncryption.ts'
import type { BodyKeys, KeyPair } from '../bodyKeys.ts'
import type { Call } from '../call.ts'
import type { Credential } from '../credential.ts'
import type { Kept } from '../storage/storage.ts'
import { encode } from '../webCrypto.ts'
import { importPrivateKey, readJwk } from './keys.ts'
import { openJwe } from './openJwe.ts'
import { isPlainProblem } from './plainProblems.ts'
import { readJwe } from './readJwe.ts'
import { sealJwe, type Recipient } from './sealJwe.ts'
import { decodeUtf8 } from './utf8.ts'

/** What differs between pairs of the device and pairs of the service. */
export interface Variant {
  readonly kind: BodyKeys['kind']
  readonly prepare: BodyEncryption['prepare']
  readonly wishOf: BodyEncryption['wishOf']
  /** @throws what the runtime throws for a key that is none */
  readonly accept: (
    dropped: Readonly<Record<string, unknown>>,
    kept: Kept,
    holdsKeys: boolean | undefined,
  ) => Promise<Omit<BodyKeys, 'kind'> | undefined>
  /** @throws what the runtime throws for a key that is none */
  readonly recipient: (keys: BodyKeys, keyId: string) => Promise<Recipient>
}

const { mediaType, algs, cty: CTY } = ENCRYPTION

/**
 * The gateway passes bodies on as they are, to third parties that have no such key; and what is the same for
 * everybody is answered in the clear.
 */
const PLAIN = /^(\/api)?\/(proxy\/|(health|keys|openapi\.json)(\?|$))/

export function makeBodyEncryption(variant: Variant): BodyEncryption {
  const { kind, prepare, wishOf } = variant
  const alg = kind === 'device-key' ? algs.EC : algs.RSA
  /** Of every key in use, ready to be used. */
  const recipients = new WeakMap<BodyKeys, Promise<Recipient>>()
  const privateKeys = new WeakMap<BodyKeys, Promise<CryptoKey>>()

  const recipientOf = ({ encryption, keyId }: Credential): Promise<Recipient> =>
    known(recipients, encryption!, (keys) => variant.recipient(keys, keyId))

  const privateKeyOf = ({ encryption }: Credential): Promise<CryptoKey> =>
    known(privateKeys, encryption!, async ({ privateKey }) =>
      typeof privateKey === 'string' ? importPrivateKey(alg, privateKey) : privateKey,
    )

  const decrypt = async (answer: Response, credential: Credential): Promise<Response | null> => {
    const jwe = readJwe(await answer.text())
    if (jwe?.header.kid !== credential.keyId) return null
    const { cty } = jwe.header
    // The status is not encrypted: at least it cannot turn a refusal into a success.
    if (cty !== (answer.ok ? CTY.json : CTY.problem)) return null
    const key = await privateKeyOf(credential).catch(() => null)
    const plaintext = key && (await openJwe(jwe, alg, key))
    if (plaintext === null) return null
    const { status, statusText } = answer
    const headers = new Headers(answer.headers)
    headers.set('Content-Type', `application/${cty}`)
    headers.delete('Content-Length')
    return new Response(decodeUtf8(plaintext), { status, statusText, headers })
  }

  return {
    prepare,
    wishOf,
    accept: async (dropped, kept, holdsKeys) => {
      const found = (dropped ?? {}) as Readonly<Record<string, unknown>>
      if (found['kind'] !== kind) return undefined
      const keys = await variant.accept(found, kept, holdsKeys).catch(() => undefined)
      return keys && { kind, ...keys }
    },
    fits: ({ encryption }) => encryption?.kind === kind && isKeyPair(encryption),
    seal: async (call, credential) => {
      if (PLAIN.test(call.target)) return call
      const to = await recipientOf(credential).catch(() => undefined)
      return to === undefined ? 'storage_failed' : sealCall(call, to)
    },
    open: async (answer, credential) => {
      if (answer.headers.get('Content-Type') !== mediaType) {
        return (await isPlainProblem(answer)) ? answer : 'answer_not_encrypted'
      }
      return (await decrypt(answer, credential)) ?? 'answer_undecryptable'
    },
  }
}

function known<T>(
  cache: WeakMap<BodyKeys, Promise<T>>,
  keys: BodyKeys,
  make: (keys: BodyKeys) => Promise<T>,
): Promise<T> {
  const found = cache.get(keys) ?? make(keys)
  cache.set(keys, found)
  return found
}

/** Also without a body: the answer has one. */
async function sealCall(call: Call, to: Recipient): Promise<Call> {
  const headers = { ...call.headers, accept: mediaType }
  if (call.body === undefined) return { ...call, headers }
  const { bytes, contentType } = call.body
  const content = await sealJwe(bytes, contentTypeOf(contentType), to)
  return { ...call, headers, body: { content, bytes: encode(content), contentType: mediaType } }
}

/** RFC 7516 section 4.1.12: `application/` is left out where no other slash would be mistaken for it. */
const contentTypeOf = (mediaTypeOfBody: string): string =>
  mediaTypeOfBody.replace(/^application\/(?=[^/]*$)/i, '')

/** What a storage has kept as text may be of another version. */
export function isKeyPair(pair: KeyPair | undefined): pair is KeyPair {
  if (pair === undefined || readJwk(pair.publicKey) === undefined) return false
  const { privateKey } = pair
  return typeof privateKey === 'string' ? readJwk(privateKey) !== undefined : !!privateKey
}
