import { relative } from 'node:path'

import { bundle, bundleIn } from './local/bundle.ts'
import { checkout } from './local/checkout.ts'
import { buildSite } from './local/site.ts'

const usage = `Builds what is deployed: the function into one file, and the pages of Hosting.

Usage: npm run build [-- function|site]`

const parts = {
  function: async () => {
    const bytes = await bundle()
    return `${relative(checkout, bundleIn())}: ${Math.ceil(bytes / 1024)} kB`
  },
  site: async () => `web/public: ${await buildSite()} pages`,
}

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const names = Object.keys(parts) as (keyof typeof parts)[]
  const unknown = args.filter((arg) => !names.includes(arg as keyof typeof parts))
  if (unknown.length > 0) {
    console.error(usage)
    return unknown.includes('--help') ? 0 : 2
  }
  for (const name of names.filter((each) => args.length === 0 || args.includes(each))) {
    const startedAt = performance.now()
    const built = await parts[name]()
    console.log(`${built}, in ${Math.round(performance.now() - startedAt)} ms`)
  }
  return 0
}
