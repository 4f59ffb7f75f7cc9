import { apiKeyVectors } from './apiKey.ts'
import { contentDigestVectors } from './contentDigest.ts'
import { jweVectors } from './jwe.ts'
import { serverTimeVectors } from './serverTime.ts'
import { signedRequestVectors } from './signedRequests.ts'
import { slotVectors } from './slot.ts'
import { targetVectors } from './target.ts'
import { variantVectors } from './variants.ts'

/** Every generated file by its name in `test/vectors`. Always the same: no clock, no randomness. */
export function vectorFiles(): Record<string, { readonly title: string }> {
  return {
    'api-key.json': apiKeyVectors(),
    'slot.json': slotVectors(),
    'content-digest.json': contentDigestVectors(),
    'target.json': targetVectors(),
    'signed-requests.json': signedRequestVectors(),
    'server-time.json': serverTimeVectors(),
    'jwe.json': jweVectors(),
    'variants.json': variantVectors(),
  }
}
