import type { Running } from './running.ts'

/** The table that `npm start` ends with. */
export function overview(running: Running): string {
  const rows = [
    ['See it work', `${running.hostingUrl}/demo.html`],
    ['API', running.apiBaseUrl],
    ['Pages (Hosting)', running.hostingUrl],
    ['Functions', running.functionsUrl],
    ['Auth', `http://${running.authEmulatorHost}`],
    ['Realtime Database', running.databaseUrl],
    ['Attestation tokens', running.attestIssuerUrl ?? ''],
    ['For programs', '.local/running.json'],
  ] as const
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, where]) => `  ${name.padEnd(width)}  ${where}`).join('\n')
}
