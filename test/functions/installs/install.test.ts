import {
  judgeInstall,
  parseInstall,
  riskOfPlace,
  type Install,
} from '../../../functions/src/installs/install.ts'

const nowMs = 1_795_300_020_000

const install: Install = {
  keyId: '019a8f2d4c3e7b6aa1d0c5e4f3b2a190',
  uid: 'uid-1',
  slot: 'AAAAAAAAAAAAAAAAAAAAAA',
  status: 'active',
  scopes: ['accounts'],
  createdAt: nowMs - 1000,
  lastUsedAt: nowMs - 1000,
  masterVersion: 1,
}

test.each([
  [{ status: 'active' }, 'active'],
  // What behaviour has led to, to the millisecond, and never above what an operator has done.
  [{ risk: { level: 'step_up', until: nowMs + 1 } }, 'restricted'],
  [{ risk: { level: 'step_up', until: nowMs } }, 'active'],
  [{ risk: { level: 'suspended', until: nowMs + 1 } }, 'key_suspended'],
  [{ risk: { level: 'suspended', until: nowMs } }, 'active'],
  [{ status: 'dormant', risk: { level: 'suspended', until: nowMs + 1 } }, 'key_suspended'],
  [{ status: 'suspended', risk: { level: 'step_up', until: nowMs + 1 } }, 'key_suspended'],
  [{ status: 'revoked', risk: { level: 'suspended', until: nowMs + 1 } }, 'key_revoked'],
  [
    { status: 'superseded', graceUntil: nowMs + 1, risk: { level: 'suspended', until: nowMs + 1 } },
    'key_suspended',
  ],
  [{ status: 'superseded', graceUntil: nowMs + 1 }, 'active'],
  [{ status: 'superseded', graceUntil: nowMs }, 'key_superseded'],
  [{ status: 'superseded', graceUntil: nowMs - 1 }, 'key_superseded'],
  [{ status: 'superseded' }, 'key_superseded'],
  // A grace that was given once excuses nothing else.
  [{ status: 'revoked', graceUntil: nowMs + 1 }, 'key_revoked'],
  [{ status: 'suspended', graceUntil: nowMs + 1 }, 'key_suspended'],
  // Its use revives it.
  [{ status: 'dormant' }, 'active'],
] as const)('%j is judged %s', (change, verdict) => {
  expect(judgeInstall({ ...install, ...change }, nowMs)).toBe(verdict)
})

describe('of the keys of a place', () => {
  const stepUp = { level: 'step_up', until: nowMs + 2 } as const
  const suspension = { level: 'suspended', until: nowMs + 1 } as const
  const active: Partial<Install> = { risk: stepUp }
  const ended: Partial<Install> = { status: 'superseded', risk: suspension }
  test.each<[title: string, keys: readonly Partial<Install>[], risk: Install['risk']]>([
    ['none is in force where there is none', [], undefined],
    ['that of the key that can be used is in force', [active], stepUp],
    ['it is not once its time is over', [{ risk: { ...stepUp, until: nowMs } }], undefined],
    ['what was before a key that can be used is not asked', [ended, active], stepUp],
    ['nor where that key has none', [ended, {}], undefined],
    ['once all have ended, the newest is asked', [ended, { ...ended, risk: stepUp }], stepUp],
    ['and only that one', [ended, { status: 'revoked' }], undefined],
    ['of two that can be used, the graver is in force', [{ risk: suspension }, active], suspension],
    ['and the later', [active, { risk: { ...stepUp, until: nowMs + 1 } }, {}], stepUp],
  ])('%s', (_, keys, risk) => {
    expect(
      riskOfPlace(
        keys.map((key) => ({ ...install, ...key })),
        nowMs,
      ),
    ).toEqual(risk)
  })
})

test('a stored record is read back whole, and its absence is null', () => {
  const { keyId, scopes, ...record } = install
  const stored = { ...record, scopes: { accounts: true }, place: 'x/y', challengeId: 'not ours' }
  expect(parseInstall(keyId, stored)).toEqual(install)
  expect(parseInstall(keyId, { ...stored, graceUntil: 5, pickupBy: 6 })).toEqual({
    ...install,
    graceUntil: 5,
    pickupBy: 6,
  })
  expect(parseInstall(keyId, { ...record, place: 'x/y' })).toEqual({ ...install, scopes: [] })
  expect(parseInstall(keyId, null)).toBeNull()
  expect(scopes).toEqual(['accounts'])
})
