import type { Indexes } from './indexes.ts'
import type { Pairs } from './pairs.ts'

/** What stands at a path of the database: an immutable node, or nothing. */
export type Tree = Node | null

/** Nodes are shared between versions: an unchanged part is the same object, so `===` tells a change. */
export type Node = Leaf | Branch

export type Primitive = string | number | boolean

/** The protocol stores no boolean priority. */
export type Priority = string | number | null

export interface Leaf {
  readonly kind: 'leaf'
  readonly value: Primitive
  readonly priority: Priority
}

/** A node with at least one child: without children there is no node. */
export interface Branch {
  readonly kind: 'branch'
  readonly priority: Priority
  /** In key order. To be read through `childOf`, `entries` and `childCount`. */
  readonly children: Pairs<Node>
  /**
   * What was computed of the children, null until asked for. Members and not WeakMaps, which made
   * a write three times as slow: each leaves an entry for the garbage collector to find dead.
   */
  hash: string | null
  indexes: Indexes | null
}

export type Json = Primitive | null | Json[] | { [key: string]: Json }

/** Decoded keys from the root, which is `[]`. */
export type Path = readonly string[]

const TRUE: Leaf = { kind: 'leaf', value: true, priority: null }
const FALSE: Leaf = { kind: 'leaf', value: false, priority: null }

export function leafOf(value: Primitive, priority: Priority = null): Leaf {
  if (typeof value === 'boolean' && priority === null) return value ? TRUE : FALSE
  return { kind: 'leaf', value, priority }
}

export function branchWith(children: Pairs<Node>, priority: Priority): Branch {
  return { kind: 'branch', priority, children, hash: null, indexes: null }
}

export function priorityOf(tree: Tree): Priority {
  return tree === null ? null : tree.priority
}
