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
;(isLinux ? test : test.skip)('the threads give way to those that answer requests', async () => {
  await argon2.hash('password')
  const nices = readdirSync('/proc/self/task').map(niceOf)
  expect(nices).toContain(19)
  expect(niceOf(String(process.pid))).toBeLessThan(19)
})

/** proc(5): field 19 of `stat`; the second is a name in brackets. */
function niceOf(task: string): number {
  const stat = readFileSync(`/proc/self/task/${task}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
}
