import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { verify } from '@node-rs/argon2'
import { makeArgon2Threads } from '../../../functions/src/accounts/argon2Threads.ts'

const argon2 = makeArgon2Threads()

test('what a thread hashes the module itself knows', async () => {
  const hash = await argon2.hash('correct horse')
  expect(await verify(hash, 'correct horse')).toBe(true)
  expect(await argon2.verify(hash, 'correct horse')).toBe(true)
  expect(await argon2.verify(hash, 'wrong horse')).toBe(false)
})

test('work at the same time is answered to whom it belongs', async () => {
  const passwords = ['one', 'two', 'three', 'four']
  const hashes = await Promise.all(passwords.map((password) => argon2.hash(password)))
  for (const [at, hash] of hashes.entries()) expect(await verify(hash, passwords[at]!)).toBe(true)
})

test('a hash that is none fails without being quoted, and the thread goes on', async () => {
  const secret = 'a secret that is no hash'
  const failed = await argon2.verify(secret, secret).catch((error: unknown) => error as Error)
  expect(failed).toBeInstanceOf(Error)
  expect(String(failed)).not.toContain(secret)
  expect(await argon2.hash('next')).toMatch(/^\$argon2id\$/)
})

const isLinux = process.platform === 'linux'
;(isLinux ? describe : describe.skip)('the threads give way to those that answer requests', () => {
  const field = (at: number) => readdirSync('/proc/self/task').map((task) => fieldOf(task, at))
  beforeAll(() => argon2.hash('password'))

  test('they are as nice as can be, and this one is not', () => {
    expect(field(NICE)).toContain(19)
    expect(fieldOf(String(process.pid), NICE)).toBeLessThan(19)
  })

  const hasChrt = spawnSync('chrt', ['--version']).status === 0
  ;(hasChrt ? test : test.skip)('they keep the processor for no slice of time', () => {
    expect(field(POLICY)).toContain(SCHED_IDLE)
    expect(fieldOf(String(process.pid), POLICY)).not.toBe(SCHED_IDLE)
  })
})

// proc(5), fields of `stat`.
const NICE = 19
const POLICY = 41
const SCHED_IDLE = 5

/** The second field is a name in brackets. */
function fieldOf(task: string, at: number): number {
  const stat = readFileSync(`/proc/self/task/${task}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[at - 3])
}
