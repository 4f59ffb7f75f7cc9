import { closeStarted } from './started.ts'

export default async function globalTeardown(): Promise<void> {
  await closeStarted()
}
