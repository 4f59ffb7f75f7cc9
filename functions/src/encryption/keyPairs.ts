import { Worker } from 'node:worker_threads'
import { ApiError } from '../http/apiError.ts'

/** An RSA pair, the private half in PKCS #8. */
export interface KeyPair {
  readonly privateKey: Buffer
}

/** Makes key pairs one after the other, beside the requests. */
export interface KeyPairs {
  /** Whether one more caller would be refused. */
  isFull(): boolean
  /** @throws ApiError `unavailable` when the queue is full, or the pair is not there in time */
  take(): Promise<KeyPair>
}

export interface KeyPairsParts {
  readonly make: () => Promise<KeyPair>
  /** Callers that wait, the one whose pair is being made included. */
  readonly waitingMax: number
  /** Of a request's 9 s, what reading and writing leave. */
  readonly waitMs: number
}

/** A pair takes half a second of a processor that has nothing else to do. */
const RETRY_AFTER_SECONDS = 5

/**
 * At most one is made at a time. A pair that nobody waits for any more is the next caller's: no time is
 * lost for those who try again.
 */
export function makeKeyPairs({ make, waitingMax, waitMs }: KeyPairsParts): KeyPairs {
  const waiting: ((pair: KeyPair) => void)[] = []
  let spare: KeyPair | undefined
  let isMaking = false

  const makeNext = async (): Promise<void> => {
    if (isMaking) return
    isMaking = true
    try {
      while (waiting.length > 0) {
        const pair = await make()
        const next = waiting.shift()
        if (next === undefined) spare = pair
        else next(pair)
      }
    } catch {
      // The thread could not work. Who waits is told when the time is up, and the next caller tries anew.
    } finally {
      isMaking = false
    }
  }

  const wait = (): Promise<KeyPair> =>
    new Promise((resolve, reject) => {
      const give = (pair: KeyPair) => {
        clearTimeout(timer)
        resolve(pair)
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(give), 1)
        reject(busy('a key pair takes too long'))
      }, waitMs)
      waiting.push(give)
      void makeNext()
    })

  const isFull = () => spare === undefined && waiting.length >= waitingMax

  return {
    isFull,
    take: async () => {
      if (isFull()) throw busy('the queue for key pairs is full')
      const kept = spare
      spare = undefined
      return kept ?? wait()
    },
  }
}

const busy = (detail: string): ApiError =>
  new ApiError('unavailable', { detail, retryAfterSeconds: RETRY_AFTER_SECONDS })

/** NIST SP 800-57: as strong as P-256, as near as RSA comes to it. */
const RSA_BITS = 3072

/**
 * What a thread runs. Like that of argon2 it gets the processor when the requests of the instance leave it;
 * Node's own pool would have as much of it as they, and would keep files and names waiting.
 */
const THREAD = `
const { setPriority } = require('node:os')
const { generateKeyPairSync } = require('node:crypto')
const { parentPort, workerData } = require('node:worker_threads')
try {
  setPriority(19)
} catch {
  // A sandbox may forbid it: then it works as fast as all others.
}
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: workerData.bits,
  publicExponent: 65537,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})
parentPort.postMessage(privateKey)`

/** In a thread of its own, which ends with it: pairs are rare, and a thread that waits takes memory. */
export function makeRsaPair(): Promise<KeyPair> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { eval: true, workerData: { bits: RSA_BITS } })
    thread.once('message', (der: Uint8Array) => resolve({ privateKey: Buffer.from(der) }))
    thread.once('error', reject)
    // Also without a word, when it was ended from outside.
    thread.once('exit', () => reject(new Error('the thread has ended')))
  })
}
