import fc from 'fast-check'
import type { Assessment } from '../../../functions/src/behaviour/assess.ts'
import {
  AT_ONCE,
  decide,
  levelAt,
  NO_RISK,
  type RiskState,
} from '../../../functions/src/behaviour/decide.ts'
import { judge } from '../../../functions/src/behaviour/judge.ts'
import { DAY_MS, evidenceOf, HOUR_MS, names, NOW, SETTINGS } from './harness/evidence.ts'

const { patienceMs, stepUpMs, suspendMs, suspendMsMax } = SETTINGS
const scored = (own: number, more = 0): Assessment => ({ own, score: own + more, reasons: [] })
const NONE = scored(0)
const next = (state: RiskState, all: Assessment, at: number, continued = NONE) =>
  decide(state, { all, continued }, SETTINGS, at)

const steppedUp = next(NO_RISK, scored(50), NOW).state
const suspended = next(NO_RISK, scored(AT_ONCE), NOW).state

describe('from nothing', () => {
  test.each([
    [39, 'keep'],
    [40, 'step_up'],
    [AT_ONCE - 1, 'step_up'],
    [AT_ONCE, 'suspend'],
  ])('a score of %d: %s', (own, action) => {
    expect(next(NO_RISK, scored(own), NOW).action).toBe(action)
  })

  test('what others have caused steps up at the most', () => {
    expect(next(NO_RISK, scored(0, 100), NOW).action).toBe('step_up')
  })

  test('a step-up has an end', () => {
    expect(steppedUp).toMatchObject({ level: 'step_up', since: NOW, until: NOW + stepUpMs })
  })
})

describe('from a step-up', () => {
  const later = NOW + patienceMs
  test('to suspension when it goes on, and not before patience is over', () => {
    expect(next(steppedUp, scored(70), later - 1).action).toBe('keep')
    expect(next(steppedUp, scored(69), later).action).toBe('keep')
    expect(next(steppedUp, scored(70), later).action).toBe('suspend')
  })

  test('old evidence alone does not suspend', () => {
    const atSeventy = next(NO_RISK, scored(70), NOW).state
    expect(next(atSeventy, scored(70), later).action).toBe('keep')
    expect(next(atSeventy, scored(71), later).action).toBe('suspend')
    expect(next(atSeventy, scored(70), later, scored(40)).action).toBe('suspend')
  })

  test('others suspend nobody', () => {
    expect(next(steppedUp, scored(69, 31), later, scored(69, 31)).action).toBe('keep')
  })

  test('it is prolonged at a score somewhat below the one that it took, and otherwise ends', () => {
    const late = NOW + stepUpMs / 2 + 1
    expect(next(steppedUp, scored(28), late - 1).action).toBe('keep')
    expect(next(steppedUp, scored(27), late).action).toBe('keep')
    const prolonged = next(steppedUp, scored(28), late)
    expect(prolonged).toMatchObject({
      action: 'prolong',
      state: { level: 'step_up', since: NOW, until: late + stepUpMs, ownThen: 28 },
    })
    expect(levelAt(prolonged.state, NOW + stepUpMs)).toBe('step_up')
  })
})

describe('suspensions', () => {
  test('are not prolonged, end by themselves, and what led there is spent', () => {
    expect(suspended).toMatchObject({ until: NOW + suspendMs, spentAt: NOW, suspensions: 1 })
    expect(next(suspended, scored(100), NOW + suspendMs - 1).action).toBe('keep')
    expect(levelAt(suspended, NOW + suspendMs - 1)).toBe('suspended')
    expect(levelAt(suspended, NOW + suspendMs)).toBe('none')
  })

  test('last twice as long each time, up to a day; after a quiet week they begin anew', () => {
    let state = NO_RISK
    let at = NOW
    const lengths: number[] = []
    for (let n = 0; n < 7; n += 1) {
      ;({ state } = next(state, scored(100), at))
      lengths.push((state.until - at) / suspendMs)
      at = state.until
    }
    expect(lengths).toEqual([1, 2, 4, 8, 16, 24, 24])
    expect(lengths.at(-1)! * suspendMs).toBe(suspendMsMax)
    expect(next(state, scored(100), at + 7 * DAY_MS).state.suspensions).toBe(1)
  })
})

test('an exempt install is left alone until its time is over', () => {
  const exempt = { ...NO_RISK, exemptUntil: NOW + 1 }
  expect(next(exempt, scored(100), NOW).action).toBe('keep')
  expect(next(exempt, scored(100), NOW + 1).action).toBe('suspend')
})

const score = fc.nat(100)
const step = fc.record({ own: score, more: score, continued: score, afterMs: fc.nat(3 * HOUR_MS) })
test('whatever happens: every level ends by itself, and suspension needs a step-up or the highest score', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state = NO_RISK
      let at = NOW
      for (const { own, more, continued, afterMs } of steps) {
        const before = levelAt(state, at)
        const all = { own, score: Math.min(100, own + more), reasons: [] }
        const decision = next(state, all, at, scored(Math.min(own, continued)))
        if (decision.action === 'suspend') {
          expect(own >= AT_ONCE || (before === 'step_up' && own >= SETTINGS.suspendScore)).toBe(
            true,
          )
        }
        ;({ state } = decision)
        expect(levelAt(state, state.until)).toBe('none')
        expect(state.until - at).toBeLessThanOrEqual(suspendMsMax)
        at += afterMs
      }
    }),
  )
})

describe('judge', () => {
  test('strangers with an API key, or in the same network, change nothing for its owner', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ hour: fc.nat(200), forged: fc.nat(100_000), around: fc.nat(100_000) }),
        ),
        (hours) => {
          const evidence = evidenceOf(
            hours.map(({ hour, forged, around }) => ({
              at: NOW - hour * HOUR_MS,
              signals: { forged },
              around: { installs: around, refused: around, otp: around },
            })),
            NOW - HOUR_MS,
          )
          expect(judge(NO_RISK, evidence, SETTINGS, NOW).decision.action).toBe('keep')
        },
      ),
    )
  })

  test('after a suspension, what led to it leads nowhere again', () => {
    const evidence = evidenceOf([{ at: NOW, phones: names(20), signals: { otp: 30 } }])
    const first = judge(NO_RISK, evidence, SETTINGS, NOW)
    expect(first.decision.action).toBe('suspend')
    const over = first.decision.state.until
    const again = judge(first.decision.state, evidence, SETTINGS, over)
    expect(again.assessment.score).toBe(0)
    expect(again.decision.action).toBe('keep')
  })

  test('who goes on in the hours after a step-up is suspended, though the windows were full before', () => {
    const hour = (at: number) => ({ at, phones: names(10), signals: { otp: 14 } })
    const before = evidenceOf([hour(NOW)])
    const { decision } = judge(NO_RISK, before, SETTINGS, NOW)
    expect(decision.action).toBe('step_up')
    const at = NOW + HOUR_MS - 60_000
    expect(judge(decision.state, before, SETTINGS, at).decision.action).not.toBe('suspend')
    const after = evidenceOf([hour(NOW), hour(at)])
    expect(judge(decision.state, after, SETTINGS, at).decision.action).toBe('suspend')
  })
})
