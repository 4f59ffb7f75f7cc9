import type { Trial } from '../trials/trial.ts'
import { outcomeOf, type Exchange } from '../wire/exchange.ts'
import { element } from './element.ts'
import { exchangeView } from './exchangeView.ts'
import { failureView } from './failureView.ts'
import { outcomePill } from './outcomePill.ts'

export interface TrialView {
  readonly button: HTMLButtonElement
  showTrying(): void
  /**
   * Shows what came of it; answers whether that is what it must come to, in words.
   * @param isOpen whether what went over the wire is shown at once
   */
  show(exchanges: readonly Exchange[], isOpen: boolean): string
  showFailure(error: unknown): void
}

/** One trial: what is sent, the button, and under them what came of it. */
export function makeTrialView(list: HTMLElement, trial: Trial): TrialView {
  const { id, title, tried, why } = trial
  const button = element(
    'button',
    { type: 'button', class: 'runs', 'aria-describedby': `${id}-tried` },
    title,
  )
  const result = element('div', { class: 'trial-result' })
  list.append(
    element(
      'li',
      { class: 'trial', id },
      element(
        'div',
        { class: 'trial-head' },
        element('h3', {}, button),
        element('p', { id: `${id}-tried` }, tried),
      ),
      result,
    ),
  )
  return {
    button,
    showTrying: () => result.replaceChildren(element('p', { class: 'trying' }, 'Trying…')),
    show: (exchanges, isOpen) => {
      const { isRight, verdict, outcome, said } = judge(trial, exchanges)
      result.replaceChildren(
        element(
          'p',
          { class: isRight ? 'verdict' : 'verdict failure' },
          element('b', {}, verdict),
          ' ',
          ...(outcome ? [outcomePill(outcome)] : []),
        ),
        ...(said === undefined ? [] : [element('p', { class: 'said' }, said)]),
        element('p', { class: 'why' }, why),
        wireOf(exchanges, isOpen),
      )
      const word = outcome?.code ?? outcome?.status ?? 'no answer'
      return `${title}: ${verdict.toLowerCase()}, ${word}. ${said ?? ''}`.trimEnd()
    },
    showFailure: (error) => result.replaceChildren(failureView(error)),
  }
}

function judge({ expected, told }: Trial, exchanges: readonly Exchange[]) {
  const decisive =
    exchanges.filter(({ actor }) => actor === 'attacker').at(-1) ??
    exchanges.find((exchange) => outcomeOf(exchange).isRefused) ??
    exchanges.at(-1)
  const outcome = decisive && outcomeOf(decisive)
  const isRefusal = typeof expected === 'string'
  const isRight =
    outcome?.isRefused === isRefusal && expected === (isRefusal ? outcome.code : outcome.status)
  const verb = isRefusal ? 'refused' : 'answered'
  const verdict = isRight
    ? `${verb[0]!.toUpperCase()}${verb.slice(1)}`
    : `Not ${verb} as it should be`
  const said = isRight && decisive?.kind === 'http' ? told?.(decisive.answer) : undefined
  return { isRight, verdict, outcome, said }
}

function wireOf(exchanges: readonly Exchange[], isOpen: boolean): HTMLElement {
  return element(
    'details',
    isOpen ? { open: '' } : {},
    element('summary', {}, 'What went over the wire'),
    ...exchanges.map((exchange) => exchangeView(exchange)),
  )
}
