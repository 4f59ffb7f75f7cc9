import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CLI = ['--import', 'tsx', 'rtdb/src/cli.ts']

interface Run {
  process: ChildProcess
  /** What came so far. */
  out: () => string
  err: () => string
  exited: Promise<number | null>
}

let folder = ''
const running: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtdb-cli-'))
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [...CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  const [out, err] = [collect(child, 'stdout'), collect(child, 'stderr')]
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return { process: child, out, err, exited }
}

function collect(child: ChildProcess, name: 'stdout' | 'stderr'): () => string {
  let text = ''
  child[name]?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
  return () => text
}

/** The URL, once the line is printed that says the server is ready. */
async function ready({ process: child, out, err, exited }: Run): Promise<string> {
  const early = exited.then((code) => {
    throw new Error(`ended with ${code}: ${err()}`)
  })
  early.catch(() => undefined)
  while (!out().includes('\n')) await Promise.race([once(child.stdout!, 'data'), early])
  return /http:\S+/.exec(out())?.[0] ?? ''
}

test('it serves, says so in one line, keeps data in a file and ends on a signal', async () => {
  const rules = file('rules.json', '{"rules": {".read": true, "x": {".write": true}}}')
  const [seed, saved] = [file('seed.json', '{"y": 1}'), join(folder, 'saved.json')]
  const started = run(
    ...['--port', '0', '--rules', rules, '--namespace', 'demo-a', '--namespace', 'demo-b'],
    ...['--import', seed, '--import', `demo-b=${seed}`, '--export', saved],
  )
  const url = await ready(started)
  expect(started.out()).toBe(`rtdb ready on ${url} (namespaces: demo-a, demo-b)\n`)
  expect((await fetch(`${url}/x.json?ns=demo-a`, { method: 'PUT', body: '2' })).status).toBe(200)
  expect((await fetch(`${url}/z.json?ns=demo-a`, { method: 'PUT', body: '2' })).status).toBe(401)
  expect(await (await fetch(`${url}/.json?ns=demo-b`)).json()).toEqual({ y: 1 })
  started.process.kill('SIGINT')
  expect(await started.exited).toBe(0)
  expect(JSON.parse(readFileSync(saved, 'utf8'))).toEqual({ x: 2, y: 1 })
  expect(started.out().split('\n')).toHaveLength(2)
}, 30_000)

test('what was persisted is there again, even after the process was killed', async () => {
  const persist = ['--port', '0', '--persist', join(folder, 'data.jsonl')]
  const first = run(...persist)
  const url = await ready(first)
  await fetch(`${url}/x.json?ns=demo-a`, { method: 'PUT', body: '"kept"' })
  first.process.kill('SIGKILL')
  await first.exited
  expect(first.err()).toBe('demo-a has no rules: anyone may read and write everything.\n')
  const second = run(...persist)
  expect(await (await fetch(`${await ready(second)}/x.json?ns=demo-a`)).json()).toBe('kept')
  second.process.kill('SIGTERM')
  expect(await second.exited).toBe(0)
}, 30_000)

test('--check tells whether rules are right, and where they are not', async () => {
  const right = run('--check', file('right.json', '{"rules": {".read": "auth != null"}}'))
  expect(await right.exited).toBe(0)
  const wrong = run('--check', file('wrong.json', '{"rules": {\n  ".read": "atuh != null"\n}}'))
  expect(await wrong.exited).toBe(1)
  expect(wrong.err()).toMatch(/wrong\.json:2:\d+: \/\.read: .*atuh/)
  expect(wrong.out()).toBe('')
}, 30_000)

test.each([
  [['--help'], 0],
  [['--nonsense'], 2],
  [['--port', '70000'], 2],
  [['--port', '0', '--rules', 'no/such/file.json'], 1],
])(
  '%j ends with %j',
  async (args, code) => {
    const { exited, out, err } = run(...args)
    expect(await exited).toBe(code)
    expect(code === 0 ? out() : err()).toMatch(code === 1 ? /no\/such\/file/ : /--help/)
  },
  30_000,
)
