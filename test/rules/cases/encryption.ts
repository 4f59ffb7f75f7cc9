import { allowed, denied, variations, type Case } from '../case.ts'
import { changed, type Values } from '../values.ts'
import { DAY_MS, KEY, NOW, PLACE, credentialOf, installOf } from '../world.ts'
import { claim, rotate } from '../writes.ts'
import { without } from './texts.ts'

const record = `${installOf(KEY.next)}/encryption`
const drop = `${credentialOf(PLACE.pending)}/encryption`
const stored = (name: string, value: unknown) => ({ [`${record}/${name}`]: value })
const dropped = (name: string, value: unknown) => ({ [`${drop}/${name}`]: value })
/** In both places, or the one would not be the other's. */
const key = (publicKey: string) => ({
  ...stored('publicKey', publicKey),
  ...dropped('publicKey', publicKey),
})

const ec = (x: string, y: string) => `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`
const rsa = (n: string) => `{"e":"AQAB","kty":"RSA","n":"${n}"}`
const POINT = ec('x'.repeat(43), 'y'.repeat(43))
const MODULUS = rsa('n'.repeat(512))

const device = { kind: 'device-key', publicKey: POINT }
const server = { kind: 'server-key', publicKey: MODULUS }
const SERVICE_KEY = 's'.repeat(400)
const PRIVATE_KEY = 'p'.repeat(4000)

/** The write that makes a key, with the keys of its bodies. */
const making = (record_: Values, drop_: Values): Values =>
  changed(claim(PLACE.pending), { [record]: record_, [drop]: drop_ })

const byDevice = variations({
  title: 'makes a key for a device that has a key of its own',
  write: making(device, { ...device, serviceKey: SERVICE_KEY }),
  good: {
    'the shortest RSA key': key(rsa('n'.repeat(342))),
    'the longest RSA key': key(rsa('n'.repeat(683))),
  },
  bad: {
    ...without('the record', record, ['kind', 'publicKey']),
    ...without('the drop', drop, ['kind', 'publicKey', 'serviceKey']),
    'the record holds more': stored('note', 'x'),
    'the drop holds more': dropped('note', 'x'),
    'the record holds a sealed key': stored('sealedKey', 'x'),
    'the drop holds a private key': dropped('privateKey', 'x'),
    'the drop is of another kind': {
      ...dropped('kind', 'server-key'),
      ...dropped('privateKey', 'x'),
      ...dropped('serviceKey', undefined),
    },
    'the drop has another key': dropped('publicKey', ec('y'.repeat(43), 'y'.repeat(43))),
    'the service key is longer': dropped('serviceKey', `${SERVICE_KEY}s`),
    'the service key is no text': dropped('serviceKey', 1),
    'the kind is none': { ...stored('kind', 'none-key'), ...dropped('kind', 'none-key') },
    'with something before the key': key(` ${POINT}`),
    'with something behind the key': key(`${POINT} `),
    'with a private member': key(POINT.replace('}', ',"d":"d"}')),
    'with a longer x': key(ec('x'.repeat(44), 'y'.repeat(43))),
    'with a longer y': key(ec('x'.repeat(43), 'y'.repeat(44))),
    'with a shorter x': key(ec('x'.repeat(42), 'y'.repeat(43))),
    'with a shorter y': key(ec('x'.repeat(43), 'y'.repeat(42))),
    'with something before an RSA key': key(` ${MODULUS}`),
    'with something behind an RSA key': key(`${MODULUS} `),
    'with a shorter modulus': key(rsa('n'.repeat(341))),
    'with a longer modulus': key(rsa('n'.repeat(684))),
  },
})

const SEALED = 's'.repeat(4000)
const byServer = variations({
  title: 'makes a key with a pair of ours',
  write: making({ ...server, sealedKey: SEALED }, { ...server, privateKey: PRIVATE_KEY }),
  bad: {
    'nothing is sealed': stored('sealedKey', undefined),
    'no private key is dropped': dropped('privateKey', undefined),
    'a service key is dropped': dropped('serviceKey', SERVICE_KEY),
    'what is sealed is longer': stored('sealedKey', `${SEALED}s`),
    'what is sealed begins otherwise': stored('sealedKey', `{${'s'.repeat(100)}`),
    'what is sealed ends otherwise': stored('sealedKey', `${'s'.repeat(100)}}`),
    'the private key is longer': dropped('privateKey', `${PRIVATE_KEY}p`),
    'the private key is no text': dropped('privateKey', 1),
  },
})

/** Both say the same, and are none. */
const KINDS = ['', ' device-key', 'device-key ', 'other-key'].map((kind) =>
  denied(`makes a key with encryption of the kind "${kind}"`, {
    ...making({ kind, publicKey: POINT }, { kind, publicKey: POINT }),
  }),
)

/** Without a drop of it, so that the record's own rules are asked. */
const alone = (value: Values): Values => changed(claim(PLACE.pending), { [record]: value })
const records = [
  allowed('makes a key whose encryption is not dropped', alone(device)),
  denied('records encryption without its kind', alone({ publicKey: POINT })),
  denied('records encryption without its key', alone({ kind: 'device-key' })),
  denied('records encryption with more', alone({ ...device, note: 'x' })),
]

const mine = `${installOf(KEY.active)}/encryption`
const encrypted = { [mine]: device }
const other = { ...device, publicKey: MODULUS }
const end = (status: string): Values => ({
  [`${installOf(KEY.active)}/status`]: status,
  [`${installOf(KEY.active)}/removeAfter`]: NOW + DAY_MS,
  [mine]: null,
})

const later: readonly Case[] = [
  denied('gives a key encryption later', { [mine]: device }),
  denied('gives a key other encryption', { [mine]: other }, encrypted),
  denied('takes encryption away from a key that works', { [mine]: null }, encrypted),
  denied(
    'replaces the encryption of a revoked key',
    { ...end('revoked'), [mine]: other },
    encrypted,
  ),
  allowed('revokes a key with its encryption', end('revoked'), encrypted),
  allowed('supersedes a key with its encryption', end('superseded'), encrypted),
  allowed(
    'supersedes a key and leaves its encryption for its grace',
    rotate(PLACE.used, KEY.active),
    {
      ...encrypted,
    },
  ),
]

export const encryption: readonly Case[] = [
  ...byDevice,
  ...byServer,
  ...KINDS,
  ...records,
  ...later,
]
