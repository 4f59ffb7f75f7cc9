import type { Stack } from '../../../scripts/local/stack.ts'

// Jest loads globalSetup and globalTeardown with module registries of their own, but into one process.
const place = globalThis as { latchkeyStack?: Stack }

export function keepForTeardown(stack: Stack): void {
  place.latchkeyStack = stack
}

export async function closeStarted(): Promise<void> {
  await place.latchkeyStack?.close()
  delete place.latchkeyStack
}
