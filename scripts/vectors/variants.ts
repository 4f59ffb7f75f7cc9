import { ERRORS } from '@latchkey/protocol'
import { bodyFields } from './contentDigest.ts'
import { CREDENTIAL, MASTER_SECRETS, NOW } from './install.ts'
import { ACCEPTED } from './variants/accepted.ts'
import type { Accepted } from './variants/change.ts'
import { GOOD } from './variants/good.ts'
import { TOLD_APART } from './variants/toldApart.ts'
import { UNVERIFIED } from './variants/unverified.ts'

const written = ({ body, ...variant }: Accepted) => ({
  ...variant,
  ...(body !== undefined && bodyFields(body)),
})

export function variantVectors() {
  const { method, target, headers, bodyText, bodyHex } = GOOD
  return {
    title: 'RFC 9421 section 3.2: the good request with one change, and what the service says',
    masterSecrets: MASTER_SECRETS,
    credential: CREDENTIAL,
    serverSeconds: NOW,
    good: { method, target, headers, bodyText, bodyHex },
    accepted: ACCEPTED.map(written),
    refused: [...UNVERIFIED, ...TOLD_APART].map((it) => ({
      ...written(it),
      status: ERRORS[it.code].status,
    })),
  }
}
