import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'

import { bundle } from './local/bundle.ts'
import { inCheckout } from './local/checkout.ts'
import { loopbackEnv } from './local/loopbackEnv.ts'
import { summarize, type JestReport } from './local/testSummary.ts'

const kinds = ['unit', 'rules', 'e2e']
const usage = `Builds the function and runs the tests.

Usage: npm test [-- [${kinds.join('|')}]… [Jest's own arguments]]`

const args = process.argv.slice(2)
if (args.includes('--help')) console.log(usage)
else process.exitCode = await main(args)

async function main(args: readonly string[]): Promise<number> {
  const report = inCheckout('.local', `jest-${process.pid}.json`)
  let exitCode = 1
  try {
    await bundle()
    exitCode = await runJest(report, args)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
  }
  const results = existsSync(report)
    ? (JSON.parse(readFileSync(report, 'utf8')) as JestReport)
    : undefined
  rmSync(report, { force: true })
  const { lines, failed } = summarize(results, inCheckout())
  console.log(lines.join('\n'))
  return exitCode === 0 && !failed ? 0 : 1
}

function runJest(report: string, args: readonly string[]): Promise<number> {
  const selected = args.filter((arg) => kinds.includes(arg))
  const others = args.filter((arg) => !kinds.includes(arg))
  const jest = spawn(
    process.execPath,
    [
      inCheckout('node_modules/jest/bin/jest.js'),
      ...['--json', '--outputFile', report, '--maxWorkers', '100%'],
      ...others,
      // Last, because it takes every word that follows.
      ...(selected.length ? ['--selectProjects', ...selected] : []),
    ],
    // With --json, Jest's own summary goes to stderr, and stdout is left for ours.
    { cwd: inCheckout(), env: loopbackEnv(), stdio: ['ignore', 'inherit', 'inherit'] },
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => jest.kill(signal))
  return new Promise((resolve, reject) => {
    jest.once('error', reject)
    jest.once('exit', (code) => resolve(code ?? 1))
  })
}
