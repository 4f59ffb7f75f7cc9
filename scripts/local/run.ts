import { spawn } from 'node:child_process'

export interface RunOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/**
 * Runs a command to its end and answers what it printed on stdout.
 * @throws Error with all that it printed when it fails.
 */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(printed.stdout)
      else reject(new Error(`${command} ${args.join(' ')}:\n${printed.stdout}${printed.stderr}`))
    })
  })
}

/** npm, the one that runs us if there is one. */
export const npm = (args: string[], options?: RunOptions): Promise<string> => {
  const own = process.env['npm_execpath']
  return own?.endsWith('.js')
    ? run(process.execPath, [own, ...args], options)
    : run('npm', args, options)
}
