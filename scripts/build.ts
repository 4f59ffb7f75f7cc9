import { relative } from 'node:path'

import { bundle, bundleIn } from './local/bundle.ts'
import { checkout } from './local/checkout.ts'

const startedAt = performance.now()
const bytes = await bundle()
const file = relative(checkout, bundleIn())
const took = Math.round(performance.now() - startedAt)
console.log(`${file}: ${Math.ceil(bytes / 1024)} kB, in ${took} ms`)
