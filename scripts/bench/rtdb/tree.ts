/**
 * Figures of the database's tree at the size of a real service, without any connection:
 *
 *   npx tsx scripts/bench/rtdb/tree.ts [records = 1000000]
 *
 * Prints a table on stdout. Memory is measured after a garbage collection.
 */
import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { advance, parseWireQuery, toTree, windowOf } from '../../../rtdb/src/query/index.ts'
import { hashOf, leafOf, nodeAt, parseTree, withNodeAt } from '../../../rtdb/src/tree/index.ts'
import type { Json, Tree } from '../../../rtdb/src/tree/index.ts'

const NOW = 1795300000000
const SMALL = 1_000
const RESULTS = 500

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

interface Row {
  what: string
  figure: string
  limit?: string
}

function main(count: number): Row[] {
  const before = memory()
  const large = build(count)
  const used = memory() - before
  const small = build(SMALL)
  return [
    { what: `${count} records, written one by one`, figure: `${large.seconds.toFixed(1)} s` },
    { what: 'resident memory for them', figure: `${Math.round(used)} MiB`, limit: '2048 MiB' },
    ...bulkRows(count),
    ...writeRows('a field of a record', small.tree, large.tree),
    ...queryRows(large.tree),
    ...writeRows('that, with two indexes followed', indexed(small.tree), indexed(large.tree)),
    ...liveRows(large.tree),
  ]
}

/** Each record from its own JSON text, as messages bring them, so that no string is shared. */
function build(count: number): { tree: Tree; seconds: number } {
  const from = performance.now()
  let tree: Tree = null
  for (let i = 0; i < count; i++) {
    const json: unknown = JSON.parse(JSON.stringify(record(i)))
    tree = withNodeAt(tree, ['installs', keyOf(i)], parseTree(json, { now: NOW }))
  }
  return { tree, seconds: (performance.now() - from) / 1000 }
}

function bulkRows(count: number): Row[] {
  const text = JSON.stringify(
    Object.fromEntries(Array.from({ length: count }, (_, i) => [keyOf(i), record(i)])),
  )
  const parsed = timed(() => JSON.parse(text) as unknown)
  const tree = timed(() => parseTree(parsed.result, { now: NOW }))
  const hash = timed(() => hashOf(tree.result))
  return [
    { what: 'the same from one JSON text: JSON.parse', figure: ms(parsed.ms) },
    { what: '… and then parseTree', figure: ms(tree.ms) },
    { what: '… and then hashOf', figure: ms(hash.ms) },
  ]
}

function writeRows(what: string, small: Tree, large: Tree): Row[] {
  const [ofSmall, ofLarge] = microsecondsPerWrite(writer(small, SMALL), writer(large, size))
  return [
    { what: `write ${what} among ${SMALL}`, figure: us(ofSmall) },
    { what: `… among ${size}`, figure: us(ofLarge), limit: '100 µs' },
    { what: '… ratio', figure: (ofLarge / ofSmall).toFixed(2), limit: '3' },
  ]
}

/** Writes to random records, each to the tree that the one before has left. */
function writer(start: Tree, count: number): (writes: number) => void {
  let tree = start
  let seed = 1
  const next = () => (seed = (seed * 48271) % 0x7fffffff)
  return (writes) => {
    for (let i = 0; i < writes; i++) {
      const path = ['installs', keyOf(next() % count), 'lastUsedAt']
      tree = withNodeAt(tree, path, leafOf(NOW + (next() % 1e9)))
    }
  }
}

type Pair = [number, number]

/** In processor time, and by turns, so that what else the machine does weighs on both alike. */
function microsecondsPerWrite(...writers: [(n: number) => void, (n: number) => void]): Pair {
  const [rounds, writes] = [41, 2000]
  collect()
  const times = Array.from({ length: rounds }, () =>
    writers.map((write) => {
      const from = process.cpuUsage()
      write(writes)
      const { user, system } = process.cpuUsage(from)
      return (user + system) / writes
    }),
  )
  return [0, 1].map((i) => typical(times.map((round) => round[i]!))) as Pair
}

const BY_TIME = parseWireQuery({ i: 'lastUsedAt', sp: NOW, l: RESULTS, vf: 'l' })
const BY_UID = parseWireQuery({ i: 'uid', l: RESULTS, vf: 'r' })

function indexed(tree: Tree): Tree {
  for (const query of [BY_TIME, BY_UID]) windowOf(installsOf(tree), query)
  return tree
}

function queryRows(tree: Tree): Row[] {
  const first = timed(() => windowOf(installsOf(tree), BY_TIME))
  const times = Array.from(
    { length: 21 },
    () => timed(() => toTree(windowOf(installsOf(tree), BY_TIME))).ms,
  )
  return [
    { what: 'first query by a child (builds the index)', figure: ms(first.ms) },
    { what: `the next, with its ${RESULTS} results`, figure: ms(typical(times)), limit: '20 ms' },
  ]
}

/** Every write changes the window: the newest `lastUsedAt` enters, another child leaves. */
function liveRows(start: Tree): Row[] {
  let tree = start
  let window = windowOf(installsOf(tree), parseWireQuery({ i: 'lastUsedAt', l: RESULTS, vf: 'r' }))
  const times = Array.from({ length: 2001 }, (_, i) => {
    const key = keyOf((i * 7919) % size)
    tree = withNodeAt(tree, ['installs', key, 'lastUsedAt'], leafOf(NOW * 2 + i))
    const step = timed(() => advance(window, installsOf(tree), [key]))
    window = step.result.window
    return step.ms * 1000
  })
  return [{ what: `advance a live window of ${RESULTS}`, figure: us(typical(times)) }]
}

function installsOf(tree: Tree): Tree {
  return tree?.kind === 'branch' ? nodeAt(tree, ['installs']) : null
}

/** As UUIDv7s are: ascending in time, random at the end. */
function keyOf(i: number): string {
  return (0x19a_0000_0000 + i).toString(16).padStart(12, '0') + scatter(i).repeat(3).slice(0, 20)
}

function record(i: number): Json {
  return {
    uid: (scatter(i) + scatter(i + 1) + scatter(i + 2) + scatter(i + 3)).slice(0, 28),
    slot: (scatter(i + 4) + scatter(i + 5) + scatter(i + 6)).slice(0, 22),
    status: 'active',
    scopes: 'accounts proxy:weather',
    createdAt: NOW - i,
    lastUsedAt: NOW + ((i * 7919) % 1e9),
    masterVersion: 1,
    reason: 'first install',
  }
}

/** Eight hex digits without any order in them. */
function scatter(i: number): string {
  return (Math.imul(i + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
}

function timed<T>(run: () => T): { result: T; ms: number } {
  const from = performance.now()
  const result = run()
  return { result, ms: performance.now() - from }
}

/** The 25th percentile: other processes make single measurements slower, never faster. */
function typical(times: number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 2]!
}

/** Resident memory in MiB. */
function memory(): number {
  collect()
  return process.memoryUsage.rss() / 1024 / 1024
}

const ms = (number: number) => `${number.toFixed(number < 10 ? 2 : 0)} ms`
const us = (number: number) => `${number.toFixed(1)} µs`

const size = Number(process.argv[2] ?? 1_000_000)
console.table(main(size))
