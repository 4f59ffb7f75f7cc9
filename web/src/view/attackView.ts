import type { Attack } from '../attacks/attack.ts'
import { outcomeOf, type Exchange } from '../wire/exchange.ts'
import { element } from './element.ts'
import { exchangeView } from './exchangeView.ts'
import { failureView } from './failureView.ts'
import { outcomePill } from './outcomePill.ts'

export interface AttackView {
  readonly button: HTMLButtonElement
  showTrying(): void
  /**
   * Shows what came of it; answers whether it was refused as it must be, in words.
   * @param isOpen whether what went over the wire is shown at once
   */
  show(exchanges: readonly Exchange[], isOpen: boolean): string
  showFailure(error: unknown): void
}

/** One attack: what is tried, the button, and under them what came of it. */
export function makeAttackView(list: HTMLElement, attack: Attack): AttackView {
  const { id, title, tried, expected, why } = attack
  const button = element(
    'button',
    { type: 'button', class: 'runs', 'aria-describedby': `${id}-tried` },
    title,
  )
  const result = element('div', { class: 'attack-result' })
  list.append(
    element(
      'li',
      { class: 'attack', id },
      element(
        'div',
        { class: 'attack-head' },
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
      const decisive = exchanges.filter(({ actor }) => actor === 'attacker').at(-1) ?? exchanges[0]
      const outcome = decisive && outcomeOf(decisive)
      const isRight = outcome?.isRefused === true && outcome.code === expected
      const verdict = isRight ? 'Refused' : 'Not refused as it should be'
      result.replaceChildren(
        element(
          'p',
          { class: isRight ? 'verdict' : 'verdict failure' },
          element('b', {}, verdict),
          ' ',
          ...(outcome ? [outcomePill(outcome)] : []),
        ),
        element('p', { class: 'why' }, why),
        wireOf(exchanges, isOpen),
      )
      return `${title}: ${verdict.toLowerCase()}, ${outcome?.code ?? 'no answer'}.`
    },
    showFailure: (error) => result.replaceChildren(failureView(error)),
  }
}

function wireOf(exchanges: readonly Exchange[], isOpen: boolean): HTMLElement {
  return element(
    'details',
    isOpen ? { open: '' } : {},
    element('summary', {}, 'What went over the wire'),
    ...exchanges.map((exchange) => exchangeView(exchange)),
  )
}
