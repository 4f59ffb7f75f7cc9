import type { Step } from '../steps/step.ts'
import { element } from './element.ts'

export interface StepperView {
  /** Marks a step as done, or as one that has failed. */
  mark(at: number, state: 'done' | 'failed'): void
  /** The step whose record is shown. */
  select(at: number): void
}

/**
 * The row of steps: one button each, which shows the step's record once it has one.
 * @param onSelect told which one was pressed
 */
export function makeStepperView(
  list: HTMLElement,
  steps: readonly Step[],
  onSelect: (at: number) => void,
): StepperView {
  const buttons = steps.map(({ short }, at) => {
    const button = element(
      'button',
      { type: 'button', class: 'step', disabled: '' },
      element('span', { class: 'step-number' }, String(at + 1)),
      element('span', {}, short),
    )
    button.addEventListener('click', () => onSelect(at))
    return button
  })
  list.append(...buttons.map((button) => element('li', {}, button)))
  return {
    mark: (at, state) => {
      const button = buttons[at]!
      button.disabled = false
      button.dataset['state'] = state
      button.setAttribute('aria-label', `Step ${at + 1}, ${steps[at]!.short}: ${state}`)
    },
    select: (at) => {
      for (const [index, button] of buttons.entries()) {
        if (index === at) button.setAttribute('aria-current', 'step')
        else button.removeAttribute('aria-current')
      }
    },
  }
}
