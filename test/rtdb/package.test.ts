import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { npm, run } from '../../scripts/local/run.ts'

/** A project that has installed the package from its archive, as a stranger would, without the network. */
let project = ''

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'rtdb-package-'))
  await run(process.execPath, ['rtdb/build.js', join(project, 'built')])
  const archives = await pack(join(project, 'built'), resolve('node_modules/ws'))
  writeFileSync(join(project, 'package.json'), '{"name": "stranger", "type": "module"}')
  await npm(['install', '--offline', '--no-audit', '--no-fund', ...archives], { cwd: project })
}, 240_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

/** Archives of the folders. Its only dependency comes as an archive too, because there may be no network. */
async function pack(...folders: string[]): Promise<string[]> {
  const printed = await npm(['pack', '--json', '--pack-destination', project, ...folders])
  return (JSON.parse(printed) as { filename: string }[]).map(({ filename }) => `./${filename}`)
}

function file(name: string, content: string): string {
  writeFileSync(join(project, name), content)
  return name
}

test('it installs alone, and brings nothing but ws', () => {
  const lock = readFileSync(join(project, 'package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: object }
  expect(Object.keys(packages)).toEqual(['', 'node_modules/@latchkey/rtdb', 'node_modules/ws'])
})

test('plain node runs startRtdb from it', async () => {
  const program = file(
    'start.js',
    `import { startRtdb, RulesError } from '@latchkey/rtdb'
     const rtdb = await startRtdb({ rules: '{"rules": {".read": true}}', namespace: ['demo'] })
     rtdb.import('demo', { greeting: 'hello' })
     const answer = await fetch(rtdb.url + '/greeting.json?ns=demo')
     console.log(await answer.json())
     await rtdb.close()
     await startRtdb({ rules: 'x' }).catch((error) => console.log(error instanceof RulesError))`,
  )
  expect(await run(process.execPath, [program], { cwd: project })).toBe('hello\ntrue\n')
}, 30_000)

test('plain node runs its command', async () => {
  const command = join(project, 'node_modules/.bin/latchkey-rtdb')
  const server = spawn(process.execPath, [command, '--port', '0', '--namespace', 'demo'])
  const exited = once(server, 'exit')
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const url = /^rtdb ready on (http:\S+) \(namespaces: demo\)\n$/.exec(line.toString())?.[1]
    const answer = await fetch(`${url}/x.json?ns=demo`, { method: 'PUT', body: '1' })
    expect(await answer.json()).toBe(1)
    server.kill('SIGTERM')
    expect((await exited)[0]).toBe(0)
  } finally {
    server.kill('SIGKILL')
  }
}, 30_000)

test('its types are those of the sources', async () => {
  file(
    'typed.ts',
    `import { startRtdb, type Rtdb, type RtdbOptions } from '@latchkey/rtdb'
     const options: RtdbOptions = { port: 0, limits: { keepAliveMs: 1 } }
     export const rtdb: Promise<Rtdb> = startRtdb(options)
     // @ts-expect-error A port is a number.
     void startRtdb({ port: '0' })`,
  )
  const settings = ['--module', 'NodeNext', '--strict', '--noEmit', '--skipLibCheck', 'false']
  const tsc = resolve('node_modules/typescript/bin/tsc')
  const printed = run(process.execPath, [tsc, ...settings, 'typed.ts'], {
    cwd: project,
  })
  await expect(printed).resolves.toBe('')
}, 60_000)
