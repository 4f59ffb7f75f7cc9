import { CommanderError } from 'commander'
import { OpsError, EXIT, type Exit } from './opsError.ts'
import { makeProgram } from './program.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<Exit> {
  let exit: Exit = EXIT.done
  try {
    await makeProgram((code) => (exit = code)).parseAsync([...args], { from: 'user' })
    return exit
  } catch (error) {
    return explain(error)
  }
}

/** One sentence on stderr; commander has said its own already. */
function explain(error: unknown): Exit {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (error instanceof OpsError) {
    process.stderr.write(`${error.message}\n`)
    return error.exit
  }
  process.stderr.write(`${(error as Error).message}\n`)
  return EXIT.failed
}
