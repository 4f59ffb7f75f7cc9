import { allowed, denied, variations, type Case } from '../case.ts'
import { changed } from '../values.ts'
import { KEY, MARGIN_MS, NOW, PLACE, installOf, usageOf } from '../world.ts'
import { claim, increment } from '../writes.ts'
import { without } from './texts.ts'

const path = `${installOf(KEY.active)}/attestation`
const APP = '1:123456789012:android:0123456789abcdef'
const attested = { outcome: 'attested', provider: 'app-check', appId: APP, at: NOW }
const noted = (name: string, value: unknown) => ({ [`${path}/${name}`]: value })
const counter = (name: string) => ({ [`${usageOf(KEY.active)}/attested/${name}`]: increment(1) })

/** What was found out about the program that uses a key. */
const records = variations({
  title: 'notes what has used a key',
  write: { [path]: attested },
  good: {
    'by Approov': noted('provider', 'approov'),
    'by reCAPTCHA, with the longest host': {
      ...noted('provider', 'recaptcha'),
      ...noted('appId', 'x'.repeat(253)),
    },
    'by a clock that is a minute ahead': noted('at', NOW + MARGIN_MS),
  },
  bad: {
    ...without('the note', path, ['outcome', 'provider', 'at', 'appId']),
    'with an outcome that is none': noted('outcome', 'trusted'),
    'with a longer outcome': noted('outcome', 'attested '),
    'with something before the outcome': noted('outcome', ' missing'),
    'with a provider that is none': noted('provider', 'nobody'),
    'with a longer provider': noted('provider', 'approov '),
    'with something before the provider': noted('provider', ' approov'),
    'with a longer app': noted('appId', 'x'.repeat(254)),
    'with an app that is no text': noted('appId', 1),
    'by a clock that is further ahead': noted('at', NOW + MARGIN_MS + 1),
    'with more': noted('note', 'x'),
    'but nothing': { [path]: null },
  },
})

const REFUSED = ['missing', 'rejected', 'unreachable'] as const
const refused = REFUSED.flatMap((outcome) => [
  allowed(`notes that attestation was ${outcome}`, {
    [path]: { outcome, provider: 'none', at: NOW },
  }),
  denied(`notes that attestation was ${outcome}, and an app`, {
    [path]: { outcome, provider: 'none', appId: APP, at: NOW },
  }),
])

/** Without an app, so that the outcome's own rule is asked. */
const nameless = variations({
  title: 'notes an outcome',
  write: { [path]: { outcome: 'missing', provider: 'none', at: NOW } },
  bad: {
    'there is none': noted('outcome', undefined),
    'it is none': noted('outcome', 'trusted'),
    'with something before it': noted('outcome', ' missing'),
    'with something behind it': noted('outcome', 'missing '),
  },
})

const noApp = denied('notes what has used a key, but not which app', {
  [path]: { outcome: 'attested', provider: 'app-check', at: NOW },
})

const taken = denied('forgets what has used a key', { [path]: null }, { [path]: attested })

const issued = allowed(
  'makes a key for what was recognised',
  changed(claim(PLACE.pending), { [`${installOf(KEY.next)}/attestation`]: attested }),
)

const counts: readonly Case[] = [
  ...['app-check', 'approov', 'recaptcha', 'none'].flatMap((provider) =>
    ['attested', ...REFUSED].map((outcome) =>
      allowed(`counts ${provider}-${outcome}`, counter(`${provider}-${outcome}`)),
    ),
  ),
  ...[
    'app-check',
    'attested',
    'app-check-',
    'nobody-missing',
    'none-missing0',
    '0none-missing',
  ].map((name) => denied(`counts ${name}`, counter(name))),
]

export const attestations: readonly Case[] = [
  ...records,
  ...refused,
  ...nameless,
  noApp,
  taken,
  issued,
  ...counts,
]
