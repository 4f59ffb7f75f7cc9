import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { inCheckout } from '../local/checkout.ts'
import { ensureSecrets } from '../local/secrets.ts'
import { ensureIssuerKeys } from './issuerKeys.ts'
import { mintAppCheck, mintApproov, mintRecaptcha } from './mint.ts'

const usage = `Mints a token that the service of npm start takes for that of a genuine app.

Usage: npm run --silent attest -- app-check [--app-id ID]
       npm run --silent attest -- approov --api-key KEY [--rs256]
       npm run --silent attest -- recaptcha [--action NAME] [--score 0.9]

  --app-id ID      default: the one that a local run knows
  --api-key KEY    the X-API-Key that the token is bound to; without, it is good on open routes only
  --rs256          for a service that is set up with APPROOV_JWK
  --action NAME    the route as a word: installs, register, resend_otp, password_reset
  --score N        0 to 1
  --help           this text

Prints the header, as for curl: curl -H "$(npm run --silent attest -- app-check)" …
Nobody else believes it: it is made with the keys of this checkout.`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args)
  if (options === null) return 2
  const { values, provider } = options
  if (values.help) {
    console.log(usage)
    return 0
  }
  const file = inCheckout('functions/.secret.local')
  ensureSecrets(file)
  const keys = ensureIssuerKeys(readFileSync(file, 'utf8'))
  const { 'app-id': appId, 'api-key': apiKey, rs256, action, score } = values
  switch (provider) {
    case 'app-check':
      console.log(`X-Firebase-AppCheck: ${await mintAppCheck(keys, { ...(appId && { appId }) })}`)
      return 0
    case 'approov':
      console.log(
        `Approov-Token: ${await mintApproov(keys, { apiKey, algorithm: rs256 ? 'RS256' : 'HS256' })}`,
      )
      return 0
    case 'recaptcha':
      console.log(
        `X-Recaptcha-Token: ${await mintRecaptcha(keys, {
          ...(action && { action }),
          ...(score && { score: Number(score) }),
        })}`,
      )
      return 0
    case undefined:
    default:
      process.stderr.write(`${usage}\n`)
      return 2
  }
}

function optionsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'app-id': { type: 'string' },
        'api-key': { type: 'string' },
        rs256: { type: 'boolean', default: false },
        action: { type: 'string' },
        score: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    return { values, provider: positionals[0] }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`)
    return null
  }
}
