import { createHmac } from 'node:crypto'
import { formatSignature, signatureBase } from '../../protocol/src/index.ts'
import vector from '../vectors/rfc9421-b.2.5.json'

describe(vector.title, () => {
  const components = vector.components as [string, string][]
  const base = signatureBase(components, vector.signatureParams)

  test('the signature base is the published one', () => {
    expect(base.split('\n')).toEqual(vector.signatureBase)
  })

  test('the signature is the published one', () => {
    const secret = Buffer.from(vector.sharedSecretBase64, 'base64')
    const mac = createHmac('sha256', secret).update(base).digest()
    expect(formatSignature(vector.label, mac)).toBe(vector.signature)
  })
})
