export { deviceKey } from './encryption/deviceKey.ts'
export { serverKey } from './encryption/serverKey.ts'
export type { BodyEncryption } from './bodyEncryption.ts'
export type { BodyKeys, KeyPair } from './bodyKeys.ts'
