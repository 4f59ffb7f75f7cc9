import { rateLimit } from 'express-rate-limit'
import { listenBehindMessageSignatures } from './messageSignatures.ts'

/** As long as a signature may be old. */
const WINDOW_MS = 330_000

// What a user would assemble: two generations of nonces, of which the older is forgotten whole.
let young = new Set<string>()
let old = new Set<string>()
setInterval(() => {
  old = young
  young = new Set()
}, WINDOW_MS).unref()

const isNew = (nonce: string): boolean => {
  if (young.has(nonce) || old.has(nonce)) return false
  young.add(nonce)
  return true
}

const limit = rateLimit({
  windowMs: 60_000,
  limit: 1_000_000,
  standardHeaders: 'draft-7',
  legacyHeaders: false,
  keyGenerator: (req) => req.get('X-API-Key') ?? '',
})

listenBehindMessageSignatures([limit], isNew)
