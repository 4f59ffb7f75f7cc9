import { input } from '@inquirer/prompts'
import { EXIT, OpsError } from './opsError.ts'
import type { Target } from './target.ts'

/**
 * Lets a change of a real project begin only after its name was typed. `--yes` takes the place of that
 * in scripts, which have named the project with `--project` anyway.
 * @throws OpsError not confirmed
 */
export async function confirm(target: Target, what: string, isSure: boolean): Promise<void> {
  if (target.isLocal || isSure) return
  if (!process.stdin.isTTY) {
    throw new OpsError(
      `Not confirmed: nobody can be asked. Add --yes to ${what}.`,
      EXIT.notConfirmed,
    )
  }
  const typed = await ask(`${what} in ${target.project}? Type the name of the project:`)
  if (typed !== target.project) {
    throw new OpsError('Not confirmed: nothing was done.', EXIT.notConfirmed)
  }
}

/** On stderr, since stdout is for results. Ctrl-C is a no. */
async function ask(message: string): Promise<string> {
  try {
    return await input({ message }, { output: process.stderr })
  } catch {
    return ''
  }
}
