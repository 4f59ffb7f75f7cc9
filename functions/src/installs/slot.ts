import { createHash } from 'node:crypto'

/** Where an install's secrets are dropped below its UID: 132 bits of the device ID's SHA-256. */
export function slotOf(deviceId: string): string {
  return createHash('sha256').update(deviceId).digest('base64url').slice(0, 22)
}
