/**
 * Decryption of a body of 1 KiB, in process: ours, jose's own, and the operation with the private key alone.
 * Sends the microseconds of CPU for one, round by round; all in one process, and in turn.
 */
import {
  createECDH,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
  webcrypto,
  type JsonWebKey,
} from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { openJwe, type PrivateKey } from '../../../../functions/src/encryption/openJwe.ts'
import { readJwe } from '../../../../functions/src/encryption/readJwe.ts'

/** Micros by row, one for each round. */
export interface DecryptionMicros {
  readonly ec: readonly number[]
  readonly ecJose: readonly number[]
  /** From the ephemeral key as it is sent to the agreed secret, as node:crypto has it. */
  readonly ecFloor: readonly number[]
  /** The same without reading the key. */
  readonly ecBare: readonly number[]
  readonly rsa: readonly number[]
  readonly rsaJose: readonly number[]
  readonly rsaFloor: readonly number[]
}

const ROUNDS = 15
const MESSAGES = { ec: 200, rsa: 30 }
const BODY = randomBytes(512).toString('hex')

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 })
const jwkOf = (key: { export(options: { format: 'jwk' }): JsonWebKey }) =>
  key.export({ format: 'jwk' })

const messages = (count: number, alg: string, key: typeof ec.publicKey): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      new CompactEncrypt(Buffer.from(BODY))
        .setProtectedHeader({ alg, enc: 'A256GCM', kid: 'v1', cty: 'json' })
        .encrypt(key),
    ),
  )
const ecTexts = await messages(MESSAGES.ec, 'ECDH-ES+A256KW', ec.publicKey)
const rsaTexts = await messages(MESSAGES.rsa, 'RSA-OAEP-256', rsa.publicKey)

const ecdh = createECDH('prime256v1')
ecdh.setPrivateKey(Buffer.from(jwkOf(ec.privateKey).d!, 'base64url'))
const subtleKey = (algorithm: { name: string; hash?: string; namedCurve?: string }, jwk: object) =>
  webcrypto.subtle.importKey('jwk', jwk, algorithm, false, [
    algorithm.name === 'ECDH' ? 'deriveBits' : 'decrypt',
  ])
const rsaKey = await subtleKey({ name: 'RSA-OAEP', hash: 'SHA-256' }, jwkOf(rsa.privateKey))
const ecKey = await subtleKey({ name: 'ECDH', namedCurve: 'P-256' }, jwkOf(ec.privateKey))

const ours = (texts: readonly string[], key: PrivateKey) => async () => {
  for (const text of texts) {
    if ((await openJwe(readJwe(text)!, key))?.length !== 1024) throw new Error('not decrypted')
  }
}
const joses = (texts: readonly string[], key: webcrypto.CryptoKey) => async () => {
  for (const text of texts) await compactDecrypt(text, key)
}
const ephemeral = ecTexts.map((text) => readJwe(text)!.header.epk as JsonWebKey)
const read = ephemeral.map((key) => createPublicKey({ key, format: 'jwk' }))
const wrapped = rsaTexts.map((text) => readJwe(text)!.encryptedKey)

const WORK: Readonly<Record<keyof DecryptionMicros, () => Promise<void> | void>> = {
  ec: ours(ecTexts, { alg: 'ECDH-ES+A256KW', ecdh }),
  ecJose: joses(ecTexts, ecKey),
  ecFloor: () => {
    for (const key of ephemeral) {
      diffieHellman({
        privateKey: ec.privateKey,
        publicKey: createPublicKey({ key, format: 'jwk' }),
      })
    }
  },
  ecBare: () => {
    for (const publicKey of read) diffieHellman({ privateKey: ec.privateKey, publicKey })
  },
  rsa: ours(rsaTexts, { alg: 'RSA-OAEP-256', key: rsaKey }),
  rsaJose: joses(rsaTexts, rsaKey),
  rsaFloor: () => {
    for (const key of wrapped) privateDecrypt({ key: rsa.privateKey, oaepHash: 'sha256' }, key)
  },
}
const NAMES = Object.keys(WORK) as (keyof DecryptionMicros)[]

async function micros(name: keyof DecryptionMicros): Promise<number> {
  const before = process.cpuUsage()
  await WORK[name]()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (name.startsWith('ec') ? MESSAGES.ec : MESSAGES.rsa)
}

const seen = Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Record<
  keyof DecryptionMicros,
  number[]
>
for (const name of NAMES) await micros(name)
for (let round = 0; round < ROUNDS; round += 1) {
  for (const name of NAMES) seen[name].push(await micros(name))
}
process.send!(seen satisfies DecryptionMicros)
