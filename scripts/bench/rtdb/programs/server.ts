import { startRtdb } from '../../../../rtdb/src/index.ts'

/** Serves a database with the rules given as the first argument, and says where. */
const { url } = await startRtdb({ rules: process.argv[2] ?? '{"rules": {}}' })
process.send!(url)
