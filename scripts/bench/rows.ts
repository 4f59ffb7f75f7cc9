import type { Kind } from './pool.ts'

/** A server under load, and what it must answer. */
export interface Row {
  readonly name: RowName
  readonly title: string
  /** A program of `servers/`; for the functions framework, the function's file. */
  readonly program: string
  /** Under the functions framework: the very file that is deployed, where it has the endpoint. */
  readonly deployedFor?: 'GET'
  readonly isFunction?: boolean
  readonly sends: Kind
  /** Whether the server verifies signatures, and so must refuse a wrong one. */
  readonly verifies?: boolean
  /** Whether a nonce is accepted only once. */
  readonly isOnce?: boolean
}

export type RowName =
  | 'bare'
  | 'express'
  | 'messageSignatures'
  | 'npmAssembly'
  | 'messageSig'
  | 'frameworkHello'
  | 'oursFramework'
  | 'ours'
  | 'forged'
  | 'tampered'

/** In the order of the report. */
export const ROWS: readonly Row[] = [
  { name: 'bare', title: 'node:http, hello', program: 'bare', sends: 'signed' },
  { name: 'express', title: 'Express 5, hello', program: 'express', sends: 'signed' },
  {
    name: 'messageSignatures',
    title: 'Express + http-message-signatures',
    program: 'expressMessageSignatures',
    sends: 'signed',
    verifies: true,
  },
  {
    name: 'npmAssembly',
    title: '  + express-rate-limit + nonce set',
    program: 'npmAssembly',
    sends: 'signed',
    verifies: true,
    isOnce: true,
  },
  {
    name: 'messageSig',
    title: 'Express + http-message-sig',
    program: 'expressMessageSig',
    sends: 'signed',
    verifies: true,
  },
  {
    name: 'frameworkHello',
    title: 'functions framework, hello',
    program: 'helloFunction',
    isFunction: true,
    sends: 'signed',
  },
  {
    name: 'oursFramework',
    title: 'Latchkey, functions framework',
    program: 'latchkeyFunction',
    deployedFor: 'GET',
    isFunction: true,
    sends: 'signed',
    verifies: true,
    isOnce: true,
  },
  {
    name: 'ours',
    title: 'Latchkey, node:http',
    program: 'latchkey',
    sends: 'signed',
    verifies: true,
    isOnce: true,
  },
  { name: 'forged', title: '  sent forged keys', program: 'latchkey', sends: 'forged' },
  { name: 'tampered', title: '  sent wrong signatures', program: 'latchkey', sends: 'tampered' },
]
