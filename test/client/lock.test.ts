import { makeLock } from '../../client/src/lock.ts'
import { withGlobal } from './harness/withGlobal.ts'

let restore: () => void
const locksOf = (request: (...args: never[]) => unknown) =>
  (restore = withGlobal('navigator', { locks: { request } }))
afterEach(() => restore())

test('a browser that refuses the Web Locks API, as in a frame without an origin', async () => {
  locksOf(() => Promise.reject(new DOMException('denied', 'SecurityError')))
  expect(await makeLock('name')(() => Promise.resolve('done'))).toBe('done')
})

test('what fails under the lock is not done once more without it', async () => {
  locksOf((_name: string, _options: object, work: () => unknown) => work())
  let times = 0
  const work = () => {
    times += 1
    return Promise.reject(new Error('failed'))
  }
  await expect(makeLock('name')(work)).rejects.toThrow('failed')
  expect(times).toBe(1)
})

test('whoever is aborted while another tab has the lock does not work without it', async () => {
  const controller = new AbortController()
  locksOf(() => {
    controller.abort()
    return Promise.reject(controller.signal.reason as Error)
  })
  const work = jest.fn(() => Promise.resolve())
  await expect(makeLock('name')(work, controller.signal)).rejects.toThrow()
  expect(work).not.toHaveBeenCalled()
})
