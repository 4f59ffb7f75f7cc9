import type { Step } from '../steps/step.ts'
import type { Exchange } from '../wire/exchange.ts'
import { element } from './element.ts'
import { exchangeView } from './exchangeView.ts'
import { failureView } from './failureView.ts'

/** What is known of a step that was run. */
export interface StepRecord {
  readonly exchanges: readonly Exchange[]
  /** What came of it; or the error. */
  readonly result: { readonly said: string } | { readonly error: unknown }
}

/** Shows a step: what it does and why, what came of it, and what went over the wire. */
export function showStep(
  place: HTMLElement,
  { title, why }: Step,
  at: number,
  record: StepRecord,
): void {
  const { exchanges, result } = record
  place.replaceChildren(
    element('h3', {}, element('span', { class: 'step-number' }, String(at + 1)), title),
    element('p', {}, why),
    'said' in result ? element('p', { class: 'result' }, result.said) : failureView(result.error),
    ...exchanges.map((exchange) => exchangeView(exchange)),
  )
}
