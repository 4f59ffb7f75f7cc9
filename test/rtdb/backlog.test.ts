import { EventEmitter } from 'node:events'
import { Backlog } from '../../rtdb/src/backlog.ts'

/** A client as the backlog sees it: what was handed to it, and what of that it has read. */
class Client extends EventEmitter {
  bytesWritten = 0
  writableLength = 0
  isCut = false

  send(bytes: number): void {
    this.bytesWritten += bytes
    this.writableLength += bytes
  }

  read(bytes: number): void {
    this.writableLength -= bytes
  }

  destroy(): this {
    this.isCut = true
    this.emit('close')
    return this
  }
}

function clients(count: number, bytesMax: number): { backlog: Backlog; all: Client[] } {
  const backlog = new Backlog(bytesMax)
  const all = Array.from({ length: count }, () => new Client())
  for (const client of all) backlog.follow(client)
  return { backlog, all }
}

const cutOf = (all: Client[]): boolean[] => all.map(({ isCut }) => isCut)

test('those with the most unread are cut, until the rest is within the bound', () => {
  const { backlog, all } = clients(3, 100)
  const [most, some, few] = all as [Client, Client, Client]
  backlog.check()
  most.send(80)
  some.send(60)
  few.send(30)
  backlog.check()
  expect(cutOf(all)).toEqual([false, false, false])
  backlog.check()
  expect(cutOf(all)).toEqual([true, false, false])
  backlog.check()
  expect(cutOf(all)).toEqual([true, false, false])
})

test('whoever has read what lay there is kept, however much has come since', () => {
  const { backlog, all } = clients(2, 100)
  const [reader, sleeper] = all as [Client, Client]
  for (const client of all) client.send(90)
  backlog.check()
  reader.read(90)
  reader.send(1000)
  backlog.check()
  expect(cutOf(all)).toEqual([false, true])
  expect(sleeper.writableLength).toBe(90)
})

test('nobody is cut while all together are within the bound', () => {
  const { backlog, all } = clients(2, 100)
  for (const client of all) client.send(50)
  for (let i = 0; i < 5; i++) backlog.check()
  expect(cutOf(all)).toEqual([false, false])
})

test('a client that has gone does not count any more', () => {
  const { backlog, all } = clients(2, 100)
  for (const client of all) client.send(90)
  all[0]?.emit('close')
  for (let i = 0; i < 3; i++) backlog.check()
  expect(cutOf(all)).toEqual([false, false])
})
