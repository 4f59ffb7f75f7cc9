import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

import { inCheckout } from './local/checkout.ts'

// Lints the OpenAPI document as redocly.yaml says. Nothing is sent or asked for: neither usage (telemetry,
// switched off there as well) nor whether there is a newer linter.
const linter = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js')
const { status } = spawnSync(process.execPath, [linter, 'lint', 'functions/src/openapi.json'], {
  cwd: inCheckout(),
  stdio: 'inherit',
  env: {
    ...process.env,
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    // It calls for a newer Node than the oldest that this project runs on.
    REDOCLY_SUPPRESS_NOTIFICATIONS: 'true',
  },
})
process.exitCode = status ?? 1
