import { createHash, hash } from 'node:crypto'

import { entries } from './children.ts'
import type { Branch, Leaf, Node, Primitive, Tree } from './node.ts'
import { comparePriorities } from './values.ts'

/**
 * The hash by which a client and the server compare what they hold: base64(sha1(text)), '' for
 * nothing. Branches keep theirs, so that after a change only the path to it is hashed anew.
 */
export function hashOf(tree: Tree): string {
  if (tree === null) return ''
  if (tree.kind === 'leaf') return sha1(priorityText(tree) + primitiveText(tree.value))
  return (tree.hash ??= hashBranch(tree))
}

function hashBranch(branch: Branch): string {
  const sha = createHash('sha1').update(priorityText(branch))
  // Piece by piece: the text of millions of children would exceed the longest string there can be.
  for (const [key, node] of inPriorityOrder(branch)) sha.update(`:${key}:${hashOf(node)}`)
  return sha.digest('base64')
}

/** Equal priorities are in key order already, and sorting is stable. */
function inPriorityOrder(branch: Branch): [string, Node][] {
  return [...entries(branch)].sort(([, a], [, b]) => comparePriorities(a, b))
}

function priorityText({ priority }: Leaf | Branch): string {
  return priority === null ? '' : `priority:${primitiveText(priority)}:`
}

function primitiveText(value: Primitive): string {
  return typeof value === 'number' ? `number:${doubleHex(value)}` : `${typeof value}:${value}`
}

/** The 16 hex digits of the big-endian IEEE 754 double. */
function doubleHex(value: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes.toString('hex')
}

function sha1(text: string): string {
  return hash('sha1', text, 'base64')
}
