import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import type { Ports } from './ports.ts'

/** Where a running Latchkey is reached: the content of `.local/running.json`. */
export interface Running {
  projectId: string
  /** What an app is given: the Hosting form, ending in `/api`. */
  apiBaseUrl: string
  /** The Functions emulator's form of the same: `${functionsUrl}/api/…` is `${hostingUrl}/api/…`. */
  functionsUrl: string
  hostingUrl: string
  /** host:port */
  authEmulatorHost: string
  /** host:port */
  databaseEmulatorHost: string
  /** With `?ns=`, so that no SDK has to guess the namespace. */
  databaseUrl: string
  namespace: string
  /** The local issuer of attestation tokens: `/token/app-check` and its like give one. */
  attestIssuerUrl?: string
}

/** A `demo-` project: firebase-tools and the SDKs ask Google nothing about it, and it needs no login. */
export const projectId = 'demo-latchkey'

/** Given to every side: the Functions emulator and the SDKs would otherwise guess two different ones. */
export const namespace = `${projectId}-default-rtdb`

/** The function's region, in its URL and in the Hosting rewrite of firebase.json. */
export const region = 'us-central1'

export function describeRunning(ports: Ports): Running {
  const host = (port: number) => `127.0.0.1:${port}`
  return {
    projectId,
    apiBaseUrl: `http://${host(ports.hosting)}/api`,
    functionsUrl: `http://${host(ports.functions)}/${projectId}/${region}`,
    hostingUrl: `http://${host(ports.hosting)}`,
    authEmulatorHost: host(ports.auth),
    databaseEmulatorHost: host(ports.database),
    databaseUrl: `http://${host(ports.database)}?ns=${namespace}`,
    namespace,
  }
}

/** Whole or not at all: a tool that waits for the file must never read half of it. */
export function writeRunning(file: string, running: Running): void {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(running, null, 2)}\n`)
  renameSync(draft, file)
}

/** `undefined` while nothing runs. */
export function readRunning(file: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Running
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export const removeRunning = (file: string): void => rmSync(file, { force: true })
