/**
 * Figures of the database's tree at the size of a real service, without any connection. Argument: the number of records,
 * 1,000,000 by default. Sends the figures to its parent. Memory is measured after a garbage collection.
 */
import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { parseChange } from '../../../../rtdb/src/changes.ts'
import { Namespace } from '../../../../rtdb/src/namespace.ts'
import { advance, parseWireQuery, toTree, windowOf } from '../../../../rtdb/src/query/index.ts'
import { parseRules } from '../../../../rtdb/src/rules/index.ts'
import { hashOf, leafOf, nodeAt, parseTree, withNodeAt } from '../../../../rtdb/src/tree/index.ts'
import type { Json, Tree } from '../../../../rtdb/src/tree/index.ts'
import { percentile } from '../../percentile.ts'
import type { Figure } from '../figure.ts'

const NOW = 1795300000000
const SMALL = 1_000
const RESULTS = 500

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function main(count: number): Figure[] {
  const before = memory()
  const large = build(count)
  const used = memory() - before
  const small = build(SMALL)
  return [
    { what: `${count} records, written one by one`, value: large.seconds, unit: 's' },
    { what: 'resident memory for them', value: used, unit: 'MiB', atMost: 2048 },
    ...bulkRows(count),
    ...comparison(
      'write a field of a record, rules asked',
      databaseWriter(small.tree, SMALL),
      databaseWriter(large.tree, size),
      WRITE,
    ),
    ...treeAlone(small.tree, large.tree),
    ...queryRows(large.tree),
    ...comparison(
      'the same, with two indexes followed',
      writer(indexed(small.tree), SMALL),
      writer(indexed(large.tree), size),
      WRITE,
    ),
    ...comparison(
      `the same, with a live window of ${RESULTS} that it changes`,
      follower(small.tree, SMALL),
      follower(large.tree, size),
    ),
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

function bulkRows(count: number): Figure[] {
  const text = JSON.stringify(
    Object.fromEntries(Array.from({ length: count }, (_, i) => [keyOf(i), record(i)])),
  )
  const parsed = timed(() => JSON.parse(text) as unknown)
  const tree = timed(() => parseTree(parsed.result, { now: NOW }))
  const hash = timed(() => hashOf(tree.result))
  return [
    { what: 'the same from one JSON text: JSON.parse', ...ms(parsed.ms) },
    { what: '… and then parseTree', ...ms(tree.ms) },
    { what: '… and then hashOf', ...ms(hash.ms) },
  ]
}

type Write = (times: number) => void

/**
 * For a look at the tree: it copies 1.4 times as much for a million as for a thousand, and the rest is
 * memory that is in no cache of the processor.
 */
function treeAlone(small: Tree, large: Tree): Figure[] {
  const [ofSmall, ofLarge] = microsecondsPerWrite(writer(small, SMALL), writer(large, size))
  return [
    { what: '… of that, the tree alone', ...us(ofLarge), ...WRITE },
    { what: `… among ${SMALL}`, ...us(ofSmall) },
  ]
}

/** The most that a write among many may take, in microseconds. */
const WRITE = { atMost: 100 }

/** Among many children something may cost three times what it costs among a thousand. */
function comparison(what: string, small: Write, large: Write, limit = {}): Figure[] {
  const [ofSmall, ofLarge] = microsecondsPerWrite(small, large)
  return [
    { what: `${what}, among ${SMALL}`, ...us(ofSmall) },
    { what: `… among ${size}`, ...us(ofLarge), ...limit },
    { what: '… ratio', value: ofLarge / ofSmall, unit: '×', atMost: 3 },
  ]
}

const RULES = parseRules(`{
  "rules": {
    "installs": {
      ".indexOn": ["uid", "lastUsedAt"],
      "$keyId": {
        ".validate": "newData.hasChildren(['uid', 'slot', 'status', 'createdAt'])",
        "lastUsedAt": {
          ".write": "auth.provider === 'backend-identity' && newData.val() >= 0",
          ".validate": "newData.val() <= now + 1000000000"
        }
      }
    }
  }
}`)
const BACKEND = { admin: false, auth: { uid: 'backend', provider: 'backend-identity' } } as const

/** Writes to random records as the database does it for a message: parse, judge by rules, commit. */
function databaseWriter(start: Tree, count: number): Write {
  const namespace = new Namespace({
    name: 'bench',
    now: () => NOW,
    explain: false,
    log: () => undefined,
  })
  namespace.restore(start)
  namespace.setRules(RULES)
  const next = random()
  return (writes) => {
    for (let i = 0; i < writes; i++) {
      const path = `/installs/${keyOf(next() % count)}/lastUsedAt`
      namespace.write(BACKEND, [parseChange(path, NOW + (next() % 1e9))])
    }
  }
}

function random(): () => number {
  let seed = 1
  return () => (seed = (seed * 48271) % 0x7fffffff)
}

/** Writes to random records, each to the tree that the one before has left. */
function writer(start: Tree, count: number): Write {
  let tree = start
  const next = random()
  return (writes) => {
    for (let i = 0; i < writes; i++) {
      const path = ['installs', keyOf(next() % count), 'lastUsedAt']
      tree = withNodeAt(tree, path, leafOf(NOW + (next() % 1e9)))
    }
  }
}

type Pair = [number, number]

/** In processor time, and by turns, so that what else the machine does weighs on both alike. */
function microsecondsPerWrite(...writers: [Write, Write]): Pair {
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

function queryRows(tree: Tree): Figure[] {
  const first = timed(() => windowOf(installsOf(tree), BY_TIME))
  const times = Array.from(
    { length: 21 },
    () => timed(() => toTree(windowOf(installsOf(tree), BY_TIME))).ms,
  )
  return [
    { what: 'first query by a child (builds the index)', ...ms(first.ms) },
    { what: `the next, with its ${RESULTS} results`, ...ms(typical(times)), atMost: 20 },
  ]
}

/** Every write changes the window: the newest `lastUsedAt` enters, another child leaves. */
function follower(start: Tree, count: number): Write {
  let tree = start
  let window = windowOf(installsOf(tree), parseWireQuery({ i: 'lastUsedAt', l: RESULTS, vf: 'r' }))
  let done = 0
  return (writes) => {
    for (let i = 0; i < writes; i++) {
      const key = keyOf((++done * 7919) % count)
      tree = withNodeAt(tree, ['installs', key, 'lastUsedAt'], leafOf(NOW * 2 + done))
      window = advance(window, installsOf(tree), [key]).window
    }
  }
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

/** Other processes make single measurements slower, never faster. */
const typical = (times: number[]): number => percentile(times, 0.25)

/** Resident memory in MiB. */
function memory(): number {
  collect()
  return process.memoryUsage.rss() / 1024 / 1024
}

const ms = (value: number) => ({ value, unit: 'ms' })
const us = (value: number) => ({ value, unit: 'µs' })

const size = Number(process.argv[2] ?? 1_000_000)
process.send!(main(size))
