import { encodeBase64Url } from '@latchkey/protocol'
import { encode, sha256 } from './webCrypto.ts'

/** Where an install's secrets are dropped below its UID: 132 bits of the device ID's SHA-256. */
export async function slotOf(deviceId: string): Promise<string> {
  return encodeBase64Url(await sha256(encode(deviceId))).slice(0, 22)
}
