import fc from 'fast-check'
import { FORMATS } from '../../../protocol/src/index.ts'
import { slotOf } from '../../../functions/src/installs/slot.ts'

test.each([
  // printf 'device-0001' | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | cut -c1-22
  ['device-0001', '50V44kJQ97nvaKMrjo3mrH'],
  ['A1B2C3D4-E5F6-7890-ABCD-EF1234567890', 'mewqgKYulb4neyT85tvUyw'],
])('the slot of %s', (deviceId, slot) => {
  expect(slotOf(deviceId)).toBe(slot)
})

test('whatever the device ID, the slot is a safe key of the database (T3)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (deviceId) => {
      expect(slotOf(deviceId)).toMatch(FORMATS.slot)
    }),
    { numRuns: 2000 },
  )
})
