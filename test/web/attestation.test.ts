import { makeAttestation } from '../../web/src/app/attestation.ts'
import type { LocalRun } from '../../web/src/localRun.ts'

const LOCAL: LocalRun = {
  projectId: 'demo-latchkey',
  namespace: 'demo-latchkey-default-rtdb',
  authEmulatorHost: '127.0.0.1:9099',
  databaseEmulatorHost: '127.0.0.1:9000',
  hasOutbox: true,
  attestIssuerUrl: 'http://127.0.0.1:9199',
  enforcesAttestation: true,
}

/** Gives another token each time, and writes down what it is asked for. */
function issuer(status = 200) {
  const asked: string[] = []
  const load = ((url: string) => {
    asked.push(url)
    return Promise.resolve(new Response(`token ${asked.length}`, { status }))
  }) as typeof fetch
  return { load, asked }
}

test('where a route demands it, each call gets a token of its own', async () => {
  const { load, asked } = issuer()
  const attestation = makeAttestation(load, LOCAL)
  expect(await attestation.headers()).toEqual({ 'X-Firebase-AppCheck': 'token 1' })
  expect(await attestation.headers()).toEqual({ 'X-Firebase-AppCheck': 'token 2' })
  expect(asked[0]).toBe('http://127.0.0.1:9199/token/app-check')
})

test('where none does, none is asked for until the switch is pressed', async () => {
  const { load, asked } = issuer()
  const attestation = makeAttestation(load, { ...LOCAL, enforcesAttestation: false })
  expect(await attestation.headers()).toEqual({})
  expect(asked).toEqual([])
  attestation.isOn = true
  expect(await attestation.headers()).toEqual({ 'X-Firebase-AppCheck': 'token 1' })
})

test('a deployed page asks nobody, even if it is switched on', async () => {
  const { load, asked } = issuer()
  const attestation = makeAttestation(load, undefined)
  attestation.isOn = true
  expect(await attestation.headers()).toEqual({})
  expect(asked).toEqual([])
})

test('an issuer that gives none is told of, and nothing is sent in its place', async () => {
  await expect(makeAttestation(issuer(500).load, LOCAL).headers()).rejects.toThrow('500')
})
