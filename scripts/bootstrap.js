// The first lines that any npm script runs. Plain JavaScript without dependencies, because on a fresh
// clone there is nothing else yet: it checks Node, installs what is missing, and runs a TypeScript file.
//
//   node scripts/bootstrap.js <file.ts> [arguments…]
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname ?? '', '..')
const nodeMin = [20, 19]

const [file, ...args] = process.argv.slice(2)
if (!file) fail('Usage: node scripts/bootstrap.js <file.ts> [arguments…]')
if (!nodeIsNewEnough()) {
  fail(`Latchkey needs Node ${nodeMin.join('.')} or newer; this is ${process.version}.`)
}
if (!isInstalled()) install()
await run(resolve(root, file), args)

function nodeIsNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1])
}

/** Whether node_modules holds what the lockfile asks for. npm keeps its own list of what it put there. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json')
  const present = packagesOf('node_modules/.package-lock.json')
  // Optional packages are for other platforms, links are the workspaces, '' is this project.
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      path === '' || optional || link || present[path]?.version === version,
  )
}

function packagesOf(lockfile) {
  const path = join(root, lockfile)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {}
}

function install() {
  process.stderr.write(
    'Installing what package-lock.json asks for (npm ci; it can take some minutes)…\n',
  )
  const npm = process.env.npm_execpath
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
  // Where NODE_ENV is production (or npm's `omit` says so), npm would leave out what all scripts run on.
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund']
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (status !== 0) fail(`npm ci failed${error ? `: ${error.message}` : ''}. Nothing was started.`)
  process.stderr.write('Installed.\n')
}

/** Runs it in this very process: no second Node to start, no signals and exit codes to pass on. */
async function run(script, scriptArgs) {
  const tsx = import.meta.resolve('tsx')
  process.argv.splice(1, Infinity, script, ...scriptArgs)
  process.execArgv.push('--import', tsx) // so that a script's own fork() understands TypeScript, too
  await import(tsx)
  await import(pathToFileURL(script).href)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
