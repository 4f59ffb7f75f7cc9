import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { arch, platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleIn } from '../local/bundle.ts'
import { inCheckout } from '../local/checkout.ts'
import { loopbackEnv } from '../local/loopbackEnv.ts'
import { percentile } from './percentile.ts'

/** How long a fresh process takes to load the service, and the packages that it is made of. */
export interface ImportTimes {
  /** Such as `v20.20.2`. */
  readonly node: string
  /** Milliseconds of CPU time, the 25th percentile. */
  readonly bundle: number
  readonly packages: number
}

/** What the sources import, and nothing deeper. */
const PACKAGES = [
  'firebase-admin/app',
  'firebase-admin/database',
  'firebase-admin/auth',
  'firebase-functions/v2/https',
  'firebase-functions/v2/scheduler',
  'express',
  'uuid',
  'otplib',
  'zod',
  'proxy-addr',
  'lru-cache',
]

const NEWER_NODE = 24

const run = promisify(execFile)

/** Loads both in turn, `rounds` times, with this Node and with Node 24 where npm can fetch it. */
export async function measureImports(rounds: number, prefix: readonly string[]) {
  const newer = await newerNode()
  const nodes = [process.execPath, ...(newer === undefined ? [] : [newer])]
  const times: ImportTimes[] = []
  for (const node of nodes) times.push(await measureWith(node, rounds, prefix))
  return times
}

async function measureWith(
  node: string,
  rounds: number,
  prefix: readonly string[],
): Promise<ImportTimes> {
  const bundle: number[] = []
  const packages: number[] = []
  // The first of each reads from the disk.
  for (let round = -1; round < rounds; round += 1) {
    const ofBundle = await timeImport(node, prefix, [bundleIn()])
    const ofPackages = await timeImport(node, prefix, PACKAGES)
    if (round < 0) continue
    bundle.push(ofBundle)
    packages.push(ofPackages)
  }
  const { stdout } = await run(node, ['--version'])
  return {
    node: stdout.trim(),
    bundle: percentile(bundle, 0.25),
    packages: percentile(packages, 0.25),
  }
}

const PROGRAM = `
const before = process.cpuUsage()
for (const name of process.argv.slice(1)) await import(name)
const { user, system } = process.cpuUsage(before)
process.stdout.write(String((user + system) / 1000), () => process.exit(0))`

async function timeImport(node: string, prefix: readonly string[], names: readonly string[]) {
  const [command = '', ...args] = [...prefix, node, '--input-type=module', '-e', PROGRAM, ...names]
  const { stdout } = await run(command, args, {
    cwd: inCheckout('functions'),
    env: { ...loopbackEnv(), FUNCTIONS_EMULATOR: 'true', GCLOUD_PROJECT: 'demo-latchkey' },
  })
  return Number(stdout)
}

/** Node 24 by npm, kept in the system's folder for such files; undefined where that does not work. */
async function newerNode(): Promise<string | undefined> {
  if (process.versions.node.startsWith(`${NEWER_NODE}.`)) return undefined
  const name = `node-${platform()}-${arch()}`
  const folder = join(tmpdir(), `latchkey-bench-node-${NEWER_NODE}`)
  const node = join(folder, 'node_modules', name, 'bin', 'node')
  if (existsSync(node)) return node
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    const args = ['install', '--no-save', '--no-audit', '--no-fund', `${name}@${NEWER_NODE}`]
    await run('npm', args, { cwd: folder, timeout: 120_000 })
    return existsSync(node) ? node : undefined
  } catch {
    return undefined
  }
}
