import { DEPLOYMENT, SETTINGS } from '../../functions/src/config.ts'
import { EXIT, type Exit } from './opsError.ts'
import type { Output } from './output.ts'
import { fileParams } from './target.ts'

/**
 * Shows what `firebase deploy` would ask for: every param that the project's dotenv files do not have, at its
 * default. Where nobody can be asked, a deployment fails for each of them.
 */
export async function showMissingParams(project: string, output: Output): Promise<Exit> {
  const present = fileParams(project)
  const params = Object.values({ ...DEPLOYMENT, ...SETTINGS })
  const missing = params.filter(({ name }) => present[name] === undefined)
  for (const param of missing) {
    const { name } = param
    const { description = '' } = param.options
    const value = defaultOf(param)
    // The empty line comes first: the file that it is appended to may end within a line.
    await output.result(
      { name, value, description },
      () => `\n# ${description}\n${name}=${quoted(value)}`,
    )
  }
  output.say(`${missing.length} of ${params.length} params are not in functions/.env.${project}.`)
  return EXIT.done
}

/** As a dotenv file would have it. */
export const defaultOf = (param: { readonly options: { readonly default?: unknown } }): string =>
  String(param.options.default)

/** Bare where firebase-tools and Node both read it so. Outside of quotes, `#` begins a comment. */
const quoted = (value: string): string => (/^[\w.,:/* -]*$/.test(value) ? value : `'${value}'`)
