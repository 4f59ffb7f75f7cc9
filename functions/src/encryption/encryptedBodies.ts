import { ENCRYPTION } from '@latchkey/protocol'
import type { EncryptionMode } from '../encryptionSettings.ts'
import type { Seal } from '../http/answer.ts'
import { ApiError } from '../http/apiError.ts'
import { installOf, type ApiRequest } from '../http/apiRequest.ts'
import { BODY_BYTES_MAX } from '../http/readBody.ts'
import type { Install } from '../installs/install.ts'
import type { FindInstallKeys, InstallKeys } from './installKeys.ts'
import { openJwe, type PrivateKey } from './openJwe.ts'
import { readJwe, type Jwe } from './readJwe.ts'
import { sealAnswer } from './sealAnswer.ts'
import type { ServiceKeys } from './serviceKeys.ts'

export interface EncryptedBodiesParts {
  readonly findKeys: FindInstallKeys
  readonly serviceKeys: Pick<ServiceKeys, 'find'>
  /** Unix milliseconds. */
  readonly now: () => number
}

/**
 * Puts the plaintext in the place of a request's body, as though it had been sent so, when it is encrypted;
 * and gives what its answer is to be encrypted with, if that was asked for. The signature has verified the
 * bytes by then, and nothing is left that could refuse the request but its handler.
 * @throws ApiError `decryption_failed`, one for every cause; `encryption_required`, `unavailable`
 */
export type OpenBody = (req: ApiRequest, mode: EncryptionMode) => Promise<Seal | undefined>

export function makeOpenBody({ findKeys, serviceKeys, now }: EncryptedBodiesParts): OpenBody {
  /** The key that a JWE must be encrypted to, if that names it, and names who has made it. */
  const keyFor = (
    { header: { kid, apu } }: Jwe,
    { keyId }: Install,
    { privateKey }: InstallKeys,
  ): PrivateKey | undefined => {
    // Made for this install; nobody else has its public half.
    if (privateKey !== undefined) return kid === keyId ? privateKey : undefined
    // Everybody has the service's. Whoever has seen another's message could sign it as his own, and would be
    // sent the answer; but who has made it is authenticated in it.
    if (apu !== Buffer.from(keyId, 'latin1').toString('base64url')) return undefined
    const ecdh = serviceKeys.find(kid, now())
    return ecdh && { alg: ENCRYPTION.algs.EC, ecdh }
  }

  const decrypt = async (req: ApiRequest, keys: InstallKeys): Promise<void> => {
    const jwe = readJwe(req.rawBody.toString('latin1'))
    if (jwe === null) throw failed('form')
    const key = keyFor(jwe, installOf(req), keys)
    if (key === undefined) throw failed('key')
    const plaintext = await openJwe(jwe, key)
    // Nothing is inflated, so it cannot be larger than what was read; the cap does not depend on that.
    if (plaintext === null || plaintext.length > BODY_BYTES_MAX) throw failed('content')
    req.rawBody = plaintext
    req.headers = { ...req.headers, 'content-type': mediaTypeOf(jwe.header.cty) }
  }

  return async (req, mode) => {
    const install = installOf(req)
    const isEncrypted = isJose(req.headers['content-type'])
    if (mode === 'require') {
      const isPlain = !isEncrypted && req.rawBody.length > 0
      if (install.encryption === undefined || isPlain) throw new ApiError('encryption_required')
    } else if (!isEncrypted && !asksForJose(req.headers.accept)) return undefined

    const keys = await findKeys(install)
    if (keys === null) throw failed('no keys')
    if (isEncrypted) await decrypt(req, keys)
    return (text, contentType) => sealAnswer(text, contentType, keys.recipient)
  }
}

const isJose = (contentType: string | undefined): boolean =>
  contentType?.toLowerCase() === ENCRYPTION.mediaType

/** Weights do not matter: whoever names it can read it. */
const asksForJose = (accept: string | undefined): boolean =>
  accept !== undefined && accept.split(',').some((range) => isJose(range.split(';', 1)[0]?.trim()))

/** RFC 7516 section 4.1.12: without a slash, `application/` is left out. */
const mediaTypeOf = (cty: string): string => (cty.includes('/') ? cty : `application/${cty}`)

/** The detail is for the log, and tells no more than who has the key could see. */
const failed = (detail: string): ApiError =>
  new ApiError('decryption_failed', { detail: `jwe ${detail}` })
