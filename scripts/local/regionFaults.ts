import { parseEnv } from 'node:util'

import { DEPLOYMENT } from '../../functions/src/config.ts'

/** firebase.json, as far as it says where Hosting finds the function. */
export interface Rewriting {
  readonly hosting: {
    readonly rewrites: readonly {
      readonly function: { readonly functionId: string; readonly region: string }
    }[]
  }
}

/**
 * Where the rewrite of firebase.json and the `REGION` of a project differ: Hosting would answer 404 to every call,
 * for it looks for the function where it is not.
 * @param envFiles content by name of the `.env` files that a deployment reads (none of a local run)
 */
export function regionFaults(
  { hosting }: Rewriting,
  envFiles: Readonly<Record<string, string>>,
): string[] {
  const regionIn = (name: string) => parseEnv(envFiles[name] ?? '')['REGION']
  const common = regionIn('.env') ?? (DEPLOYMENT.region.options.default as string)
  const projects = Object.keys(envFiles).filter((name) => name !== '.env')
  const named = projects.length > 0 ? projects : ['.env']
  return hosting.rewrites.flatMap((rewrite) =>
    named
      .map((name) => ({ name, region: regionIn(name) ?? common }))
      .filter(({ region }) => region !== rewrite.function.region)
      .map(
        ({ name, region }) =>
          `the rewrite in firebase.json looks for the function ${rewrite.function.functionId} in ` +
          `${rewrite.function.region}, and REGION is ${region} (functions/${name}): set both to one region`,
      ),
  )
}
