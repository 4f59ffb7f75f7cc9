import { buildSync } from 'esbuild'
import { createContext, runInContext } from 'node:vm'
import type * as Protocol from '../../protocol/src/index.ts'
import vectors from '../vectors/signatures.json'

/** The package in a world with the ECMAScript built-ins alone, and without a clock or randomness. */
function loadBare(): typeof Protocol {
  const { outputFiles } = buildSync({
    entryPoints: [require.resolve('../../protocol/src/index.ts')],
    ...{ bundle: true, write: false, platform: 'neutral', format: 'iife', target: 'es2020' },
    globalName: 'protocol',
  })
  const context = createContext({})
  runInContext('delete globalThis.Date; delete Math.random; delete globalThis.eval', context)
  runInContext(outputFiles[0]!.text, context)
  return runInContext('protocol', context) as typeof Protocol
}

test('it signs and reads a request without Node, a browser, a clock or randomness', async () => {
  const protocol = loadBare()
  const vector = vectors.requests[0]!
  const { method, target, created, nonce, headers } = vector
  const mac = protocol.decodeBase64(headers.Signature.slice(4, -1))!
  const signed = await protocol.signRequest(
    { method, target, apiKey: vectors.apiKey, created, nonce },
    () => mac,
  )
  expect({ ...signed }).toEqual(headers)

  const picked = protocol.pickSignedHeaders(Object.entries(signed).flat())
  expect(picked).toHaveProperty('apiKey', vectors.apiKey)
  const parsed = protocol.parseSignedRequest({
    method,
    target: protocol.parseTarget(target)!,
    headers: picked as Protocol.SignedHeaders,
    apiKey: protocol.parseApiKey(vectors.apiKey)!,
    hasBody: false,
  })
  expect(parsed).toHaveProperty('base', vector.signatureBase.join('\n'))
})
