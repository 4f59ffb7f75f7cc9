import { makeRegistration, STAGES } from '../../web/src/app/registration.ts'
import { makeTurnstile, type Turnstile } from '../../web/src/app/turnstile.ts'

/** What the SDK does in one go; each stage is written down once it is entered. */
function sdk(turnstile: Turnstile, stages: readonly number[]) {
  const entered: number[] = []
  const register = async () => {
    for (const stage of stages) {
      await turnstile.pass(stage)
      entered.push(stage)
    }
    return { uid: 'uid', keyId: 'key' }
  }
  return { entered, register }
}

test('each press lets the registration go on through one stage', async () => {
  const turnstile = makeTurnstile()
  const { entered, register } = sdk(turnstile, [1, 2, 3, 4, 5])
  const registration = makeRegistration({ register }, turnstile)
  for (const stage of Object.values(STAGES)) {
    await registration.advanceThrough(stage)
    expect(entered.at(-1)).toBe(stage)
  }
})

test('a code that ran out is asked for again without a further press', async () => {
  const turnstile = makeTurnstile()
  const { entered, register } = sdk(turnstile, [1, 2, 3, 4, 0, 2, 3, 4, 5])
  const registration = makeRegistration({ register }, turnstile)
  await registration.advanceThrough(STAGES.sendCode)
  expect(entered).toEqual([1, 2, 3, 4, 0, 2, 3, 4])
})

test('after a failure, the next press starts anew', async () => {
  const turnstile = makeTurnstile()
  let calls = 0
  const register = async () => {
    calls += 1
    if (calls === 1) throw new Error('unreachable')
    await turnstile.pass(STAGES.ask)
    return { uid: 'uid', keyId: 'key' }
  }
  const registration = makeRegistration({ register }, turnstile)
  await expect(registration.advanceThrough(STAGES.signIn)).rejects.toThrow('unreachable')
  await registration.advanceThrough(STAGES.signIn)
  expect(calls).toBe(2)
})
