import { unlessAborted } from '../../client/src/deadline.ts'

const never = new Promise<never>(() => undefined)

test("the caller's own reason is passed on as it is", async () => {
  const controller = new AbortController()
  const waiting = unlessAborted(never, controller.signal)
  controller.abort('enough')
  await expect(waiting).rejects.toBe('enough')
})

test('a signal without a reason, as those of React Native: an AbortError', async () => {
  const controller = new AbortController()
  Object.defineProperty(controller.signal, 'reason', { value: undefined })
  const waiting = unlessAborted(never, controller.signal)
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
})
