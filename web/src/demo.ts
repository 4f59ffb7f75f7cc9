import { findBackend } from './app/backend.ts'
import { startDemo, type Demo } from './app/demo.ts'
import { makeHoldings } from './app/holdings.ts'
import { ATTACKS } from './attacks/attacks.ts'
import { ENCRYPTED } from './encrypted/encryptedCalls.ts'
import { CALLS } from './gateway/calls.ts'
import { oneAtATime } from './oneAtATime.ts'
import { makePlayer, type Player } from './steps/player.ts'
import { KEY_IN_USE, STEPS } from './steps/steps.ts'
import type { Trial } from './trials/trial.ts'
import { tryTrial } from './trials/tryTrial.ts'
import { announce } from './view/announcer.ts'
import { byId } from './view/element.ts'
import { showStart } from './view/showStart.ts'
import { failureText } from './view/failureView.ts'
import { inventNumber, makePhoneView, showHint } from './view/phoneView.ts'
import { showSecrets } from './view/secret.ts'
import { makeStepperView } from './view/stepperView.ts'
import { bindSwitch } from './view/switch.ts'
import { makeTrialView } from './view/trialView.ts'
import { showStep, type StepRecord } from './view/wireView.ts'
import { makeRecorder } from './wire/recorder.ts'

// The demo page: an install of an app in this tab, its steps, and those who attack it.

const nextButton = byId<HTMLButtonElement>('next')
const exclusively = oneAtATime((isBusy) => {
  byId('demo').setAttribute('aria-busy', String(isBusy))
  for (const button of document.querySelectorAll('button.runs')) {
    button.setAttribute('aria-disabled', String(isBusy))
  }
})

bindSwitch(byId<HTMLButtonElement>('secrets'), showSecrets)
byId('start-over').addEventListener('click', () => location.reload())

try {
  const demo = await prepare()
  const player = showPlayer(demo)
  showAttestation(demo)
  if (demo.backend.local !== undefined) {
    byId('gateway').hidden = false
    showTrials(demo, player, CALLS, 'call')
  }
  showTrials(demo, player, ENCRYPTED, 'encrypted')
  showTrials(demo, player, ATTACKS, 'attack')
  nextButton.disabled = false
} catch (error) {
  byId('record').textContent = failureText(error)
  announce(failureText(error))
}

async function prepare(): Promise<Demo> {
  const load = globalThis.fetch.bind(globalThis)
  const recorder = makeRecorder(load)
  const backend = await findBackend(load)
  // Firebase Auth can be given no `fetch`: it takes the browser's, so that its sign-in is seen as well.
  globalThis.fetch = recorder.fetch
  const phone = makePhoneView()
  const holdings = makeHoldings((held) => phone.show(held))
  if (backend.local?.hasOutbox) {
    inventNumber()
    showHint('A made-up number: texts stay on this machine and arrive above.')
  }
  return startDemo({ backend, recorder, holdings, form: phone.form, load })
}

function showPlayer(demo: Demo): Player {
  const records: StepRecord[] = []
  const select = (at: number) => {
    stepper.select(at)
    showStep(byId('record'), STEPS[at]!, at, records[at]!)
  }
  const stepper = makeStepperView(byId('steps'), STEPS, select)
  const player = makePlayer(demo, {
    stepper,
    keep: (at, record) => {
      records[at] = record
      select(at)
      showStart(byId('wire'))
    },
    showDone: (done) => {
      byId('next-step').textContent = STEPS[done]?.title ?? 'Attack it'
      byId('demo').classList.toggle('played', done === STEPS.length)
    },
  })
  nextButton.addEventListener('click', () => {
    if (player.done === STEPS.length) byId('attack-all').focus()
    else void exclusively(async () => void (await player.next()))
  })
  byId('run-all').addEventListener(
    'click',
    () => void exclusively(async () => void (await player.runTo(STEPS.length))),
  )
  return player
}

/** The switch is there where there are tokens to send. */
function showAttestation({ attestation, backend }: Demo): void {
  const button = byId<HTMLButtonElement>('attest')
  button.hidden = backend.local === undefined
  button.setAttribute('aria-pressed', String(attestation.isOn))
  bindSwitch(button, (isOn) => (attestation.isOn = isOn))
}

/** @param name of the list's elements: `{name}-list`, and `{name}-all` for the button that tries each */
function showTrials(demo: Demo, player: Player, trials: readonly Trial[], name: string): void {
  const shown = trials.map((trial) => {
    const view = makeTrialView(byId(`${name}-list`), trial)
    return { view, tryIt: (isAlone: boolean) => tryTrial(demo, trial, view, isAlone) }
  })
  /** Without a key there is nothing to sign with, or to attack: the steps up to its first use come first. */
  const withKey = (work: () => Promise<void>) =>
    void exclusively(async () => {
      if (await player.runTo(KEY_IN_USE)) await work()
    })
  for (const { view, tryIt } of shown) {
    view.button.addEventListener('click', () => withKey(() => tryIt(true)))
  }
  byId(`${name}-all`).addEventListener('click', () =>
    withKey(async () => {
      for (const { tryIt } of shown) await tryIt(false)
    }),
  )
}
