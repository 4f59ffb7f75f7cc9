import { byId } from './element.ts'

/** Tells a screen reader what has happened, one short sentence at a time. */
export function announce(text: string): void {
  byId('announcement').textContent = text
}
