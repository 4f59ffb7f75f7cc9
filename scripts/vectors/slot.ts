import { createHash } from 'node:crypto'
import { FORMATS } from '@latchkey/protocol'
import { slotOf } from '../../functions/src/installs/slot.ts'
import { judged } from './expectation.ts'

const DEVICES = [
  { title: 'a UUID in lower case', deviceId: '1f9b8c1e-6d2a-4c3b-9e57-0a1b2c3d4e5f' },
  {
    title: 'the same in upper case is another one',
    deviceId: '1F9B8C1E-6D2A-4C3B-9E57-0A1B2C3D4E5F',
  },
  { title: 'the shortest', deviceId: 'device01' },
  { title: 'the longest', deviceId: 'd'.repeat(128) },
  { title: 'every accepted mark', deviceId: 'a.b_c:d-' },
  { title: 'a digest with both marks of base64url in its slot', deviceId: 'latchkey-vector-10' },
]

const REFUSED = [
  { title: 'nothing', deviceId: '' },
  { title: 'too short', deviceId: 'device1' },
  { title: 'too long', deviceId: 'd'.repeat(129) },
  { title: 'a slash, which would be another place in the database', deviceId: 'device/01' },
  { title: 'a space', deviceId: 'device 01' },
  { title: 'a line feed at its end', deviceId: 'device01\n' },
  { title: 'a letter with an umlaut', deviceId: 'gerät0001' },
]

export function slotVectors() {
  return {
    title: 'Slot: the first 22 characters of base64url (RFC 4648 section 5) of SHA-256(device ID)',
    accepted: judged(
      DEVICES.map((it) => ({
        ...it,
        sha256Hex: createHash('sha256').update(it.deviceId).digest('hex'),
        slot: slotOf(it.deviceId),
      })),
      (it) => FORMATS.deviceId.test(it.deviceId),
    ),
    refused: judged(REFUSED, (it) => !FORMATS.deviceId.test(it.deviceId)),
  }
}
