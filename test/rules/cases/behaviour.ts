import { allowed, denied, forEverybody, variations, type Case } from '../case.ts'
import { changed, type Values } from '../values.ts'
import { DAY_MS, KEY, MARGIN_MS, NOW, PLACE, WINDOW, credential } from '../world.ts'
import { credentialOf, installOf, usageOf } from '../world.ts'
import { increment, rotate, supersede } from '../writes.ts'
import { badTexts, badTextsAt, without } from './texts.ts'

const MONTH_MS = 30 * DAY_MS
const used = usageOf(KEY.active)

/** Something the backend may write at each place; nobody else may. */
const signal = `${used}/signals/09/otp`
const risk = `risk/${KEY.active}`
const network = `networks/${WINDOW.day}/abcdefgh`
const cursors = 'assessments/cursors'

const row = (changes: Values = {}) => ({
  revision: 1,
  assessedAt: NOW,
  mode: 'enforce',
  score: 50,
  own: 40,
  level: 'step_up',
  since: NOW,
  until: NOW + DAY_MS,
  ownThen: 40,
  suspensions: 0,
  ...changes,
})
const risks = [risk, `risk/${KEY.bobs}`] as const
const given: Values = {
  // Two of each: taking the last one away is taking away what it stands in.
  [risks[0]]: row(),
  [risks[1]]: row(),
  [`${network}/lastAt`]: NOW - DAY_MS - 1,
  [`${network}/signals/09/otp`]: 1,
  [`networks/${WINDOW.day}/hgfedcba/lastAt`]: NOW - DAY_MS,
  [signal]: 1,
  [`${used}/signals/09/stale`]: 1,
  [`${used}/phones`]: { abcdefgh: NOW, hgfedcba: NOW },
  [`${used}/countries`]: { AT: NOW, DE: NOW },
  [`${used}/notedAt`]: NOW - 1,
  [`${installOf(KEY.active)}/risk`]: { level: 'step_up', until: NOW },
  [`${cursors}/1`]: { notedAt: NOW, keyId: KEY.active },
}

const who: readonly Case[] = [
  ...['networks', 'risk', 'assessments'].flatMap((table) =>
    forEverybody(`reads /${table}`, { read: table }, table === 'networks' ? [] : ['the backend']),
  ),
  ...forEverybody('reads a day of networks', { read: `networks/${WINDOW.day}` }, ['the backend']),
  ...(
    [
      [signal, increment(1)],
      [`${used}/notedAt`, NOW],
      [`${used}/phones/abcdefgh`, NOW],
      [`${used}/countries/AT`, NOW],
      [network, null],
      [`${network}/lastAt`, NOW],
      [`${network}/signals/09/otp`, increment(1)],
      [risk, row({ revision: 2 })],
      [`${installOf(KEY.active)}/risk`, { level: 'suspended', until: NOW }],
      [`${installOf(KEY.active)}/risk`, null],
      [cursors, { 2: { notedAt: NOW, keyId: KEY.active } }],
    ] as const
  ).flatMap(([path, value]) =>
    forEverybody(
      `${value === null ? 'removes' : 'writes'} /${path}`,
      { write: { [path]: value } },
      ['the backend'],
      given,
    ),
  ),
  ...['networks', `networks/${WINDOW.day}`, 'risk', 'assessments'].flatMap((path) =>
    forEverybody(`empties /${path}`, { write: { [path]: null } }, [], given),
  ),
]

/** Counters that are only added to. */
const counted: readonly Case[] = [signal, `${network}/signals/09/otp`].flatMap((path) => [
  denied(`counts /${path} back`, { [path]: increment(-1) }, given),
  denied(`counts /${path} as it is`, { [path]: increment(0) }, given),
  denied(`takes /${path} away`, { [path]: null }, given),
  denied(`counts /${path} in words`, { [path]: 'many' }, given),
  denied(`begins /${path} in words`, { [path]: 'many' }, { ...given, [path]: null }),
  ...['24', '30', '1', '009', '190'].map((hour) =>
    denied(
      `counts /${path.replace('09', hour)}`,
      { [path.replace('09', hour)]: increment(1) },
      given,
    ),
  ),
  allowed(
    `counts /${path} in the last hour, with the longest name`,
    { [path.replace('09/otp', `23/${'x'.repeat(20)}`)]: increment(1) },
    given,
  ),
  ...['x'.repeat(21), 'Otp', 'otp1', '1otp'].map((name) =>
    denied(`counts ${name} of /${path}`, { [path.replace('otp', name)]: increment(1) }, given),
  ),
])

const seen: readonly Case[] = [
  denied('notes another time than the database’s', { [`${used}/notedAt`]: NOW - 1 }, given),
  denied('notes a time ahead', { [`${used}/notedAt`]: NOW + 1 }, given),
  denied('takes the noted time away', { [`${used}/notedAt`]: null }, given),
  ...(
    [
      ['phones', 'AZ_-0189', ['abcdefghi', 'abcdefg', 'abc,defg', 'others', 'another']],
      ['countries', 'US', ['us', 'USA', 'U', 'U1', '1S']],
    ] as const
  ).flatMap(([table, good, bad]) => {
    const at = (name: string) => `${used}/${table}/${name}`
    return [
      allowed(`notes ${table} of a clock ahead`, { [at(good)]: NOW + MARGIN_MS }),
      denied(`notes ${table} of a clock further ahead`, { [at(good)]: NOW + MARGIN_MS + 1 }),
      denied(`notes ${table} in words`, { [at(good)]: 'now' }),
      denied(`takes ${table} away`, { [at(table === 'phones' ? 'abcdefgh' : 'AT')]: null }, given),
      ...bad.map((name) => denied(`notes ${name} of ${table}`, { [at(name)]: NOW })),
    ]
  }),
  allowed('notes other phones', { [`${used}/phones/other`]: NOW }),
]

const begun = (name: string, day: string = WINDOW.day): Values => ({
  [`networks/${day}/${name}/lastAt`]: NOW,
})
const networks: readonly Case[] = [
  allowed('begins a network', begun('AZ_-0189')),
  allowed('begins the others', begun('other')),
  allowed('begins a network by a clock ahead', {
    [`networks/${WINDOW.day}/AZ_-0189/lastAt`]: NOW + MARGIN_MS,
  }),
  denied('begins a network by a clock further ahead', {
    [`networks/${WINDOW.day}/AZ_-0189/lastAt`]: NOW + MARGIN_MS + 1,
  }),
  denied('begins a network, but does not say when', {
    [`networks/${WINDOW.day}/AZ_-0189/signals/09/otp`]: 1,
  }),
  denied('takes the time of a network away', { [`${network}/lastAt`]: null }, given),
  denied(
    'takes the time of a network away that has nothing else',
    { [`networks/${WINDOW.day}/hgfedcba/lastAt`]: null },
    given,
  ),
  denied(
    'removes a network of a day that is not over',
    { [`networks/${WINDOW.day}/hgfedcba`]: null },
    given,
  ),
  denied('replaces a network', { [network]: { lastAt: NOW - 2 * DAY_MS } }, given),
  ...['abcdefghi', 'abcdefg', 'abc,defg', 'others', 'another'].map((name) =>
    denied(`begins network ${name}`, begun(name)),
  ),
  ...['0', '01', '99999999999', 'x1', '1x'].map((day) =>
    denied(`begins a network of day ${day}`, begun('AZ_-0189', day)),
  ),
  allowed('begins a network of the last day', begun('AZ_-0189', '9999999999')),
]

const FIELDS = Object.keys(row())
const NUMBERS = ['score', 'own', 'ownThen'] as const
const set = (name: string, value: unknown): Values => ({ [risk]: row({ [name]: value }) })
const rows: readonly Case[] = [
  allowed('writes what behaviour is', { [risk]: row() }),
  ...FIELDS.map((name) => denied(`writes a risk without ${name}`, set(name, null))),
  ...Object.entries(badTexts(KEY.next, 'A')).map(([what, keyId]) =>
    denied(`writes the risk of a key whose ID ${what}`, { [`risk/${keyId}`]: row() }),
  ),
  denied('begins a risk with another number', set('revision', 2)),
  allowed('writes the next number', { [risk]: row({ revision: 2 }) }, given),
  denied('writes the same number again', { [risk]: row({ revision: 1 }) }, given),
  denied('leaves a number out', { [risk]: row({ revision: 3 }) }, given),
  ...NUMBERS.flatMap((name) => [
    allowed(`writes a risk with ${name} 0`, set(name, 0)),
    allowed(`writes a risk with ${name} 100`, set(name, 100)),
    denied(`writes a risk with ${name} below 0`, set(name, -1)),
    denied(`writes a risk with ${name} above 100`, set(name, 101)),
  ]),
  denied('writes a risk with fewer suspensions than none', set('suspensions', -1)),
  ...['assessedAt', 'since', 'spentAt'].flatMap((name) => [
    allowed(`writes a risk with ${name} a minute ahead`, set(name, NOW + MARGIN_MS)),
    denied(`writes a risk with ${name} further ahead`, set(name, NOW + MARGIN_MS + 1)),
  ]),
  ...(['until', 'suspendedUntil', 'exemptUntil'] as const).flatMap((name) => [
    allowed(`writes a risk with the last ${name}`, set(name, NOW + MONTH_MS + MARGIN_MS)),
    denied(`writes a risk with a later ${name}`, set(name, NOW + MONTH_MS + MARGIN_MS + 1)),
  ]),
  ...['observe', 'enforce'].map((mode) => allowed(`writes a risk of ${mode}`, set('mode', mode))),
  ...['off', 'observed', ' observe', 'enforced', ' enforce'].map((mode) =>
    denied(`writes a risk of ${mode}`, set('mode', mode)),
  ),
  ...['none', 'step_up', 'suspended'].map((level) =>
    allowed(`writes a risk of level ${level}`, set('level', level)),
  ),
  ...['step', 'none ', ' none', 'suspended ', ' suspended'].map((level) =>
    denied(`writes a risk of level ${level}`, set('level', level)),
  ),
  denied('writes a risk with more', set('note', 'x')),
  ...(['features', 'points'] as const).flatMap((table) => [
    allowed(`writes ${table}`, set(table, { ['x'.repeat(40)]: 1, a_b: 0.1 })),
    denied(`writes ${table} of nothing`, set(table, { x: 0 })),
    denied(`writes ${table} in words`, set(table, { x: 'many' })),
    ...['x'.repeat(41), 'X', 'x1', '1x'].map((name) =>
      denied(`writes ${name} of ${table}`, set(table, { [name]: 1 })),
    ),
  ]),
  allowed('writes the most points', set('points', { x: 300 })),
  denied('writes more points', set('points', { x: 301 })),

  denied('removes a risk of this day', { [risk]: null }, given),
  denied(
    'removes a risk of a day ago',
    { [risk]: null },
    { [risk]: row({ assessedAt: NOW - DAY_MS }) },
  ),
  allowed(
    'removes an old risk',
    { [risk]: null },
    { [risk]: row({ assessedAt: NOW - DAY_MS - 1 }) },
  ),
  allowed(
    'removes a risk together with its key',
    {
      [`risk/${KEY.ended}`]: null,
      [installOf(KEY.ended)]: null,
    },
    { [`risk/${KEY.ended}`]: row() },
  ),
  allowed(
    'removes the risk of a key that is gone',
    { [`risk/${KEY.next}`]: null },
    {
      [`risk/${KEY.next}`]: row(),
    },
  ),
  denied(
    'replaces an old risk by another number',
    { [risk]: row({ revision: 3 }) },
    { [risk]: row({ assessedAt: NOW - DAY_MS - 1 }) },
  ),
  denied('changes a field of a risk', { [`${risk}/score`]: 1 }, given),
  denied('decides a level about a key that was replaced', { [`risk/${KEY.superseded}`]: row() }),
  allowed('lifts the level of a key that was replaced', {
    [`risk/${KEY.superseded}`]: row({ level: 'none' }),
  }),
]

const own = `${installOf(KEY.active)}/risk`
const records = variations({
  title: 'steps a key up',
  write: { [own]: { level: 'step_up', until: NOW + MONTH_MS + MARGIN_MS } },
  good: { 'it is suspended': { [`${own}/level`]: 'suspended' } },
  bad: {
    ...without('the level', own, ['level', 'until']),
    'for longer': { [`${own}/until`]: NOW + MONTH_MS + MARGIN_MS + 1 },
    'to another level': { [`${own}/level`]: 'none' },
    'to a longer level': { [`${own}/level`]: 'step_ups' },
    'to a level with something before': { [`${own}/level`]: ' suspended' },
    'with more': { [`${own}/note`]: 'x' },
  },
})

const next = `${installOf(KEY.next)}/risk`
const inForce = (until: number): Values => ({ [own]: { level: 'step_up', until } })
const following: readonly Case[] = [
  ...variations({
    title: 'rotates a key that is stepped up',
    write: changed(rotate(PLACE.used, KEY.active), {
      [next]: { level: 'step_up', until: NOW + 2 },
    }),
    given: inForce(NOW + 2),
    good: { 'the level lasts longer': { [`${next}/until`]: NOW + 3 } },
    bad: {
      'the level is left behind': { [next]: undefined },
      'the level ends earlier': { [`${next}/until`]: NOW + 1 },
    },
  }),
  allowed('rotates a key whose level is over', rotate(PLACE.used, KEY.active), inForce(NOW)),
  allowed('supersedes a stepped-up key without a next', supersede(KEY.active), inForce(NOW + 1)),
  allowed(
    'revokes a stepped-up key, while the drop of another is there',
    {
      [`${installOf(KEY.active)}/status`]: 'revoked',
      [`${installOf(KEY.active)}/removeAfter`]: NOW + DAY_MS,
    },
    { ...inForce(NOW + 1), [credentialOf(PLACE.used)]: credential(KEY.kept) },
  ),
]

const cursor = `${cursors}/${WINDOW.day}`
const read: readonly Case[] = [
  allowed('notes how far usage has been looked through', {
    [cursors]: { [WINDOW.day]: { notedAt: NOW + MARGIN_MS, keyId: KEY.active } },
  }),
  ...Object.entries({
    'without its time': { keyId: KEY.active },
    'without its key': { notedAt: NOW },
    'by a clock further ahead': { notedAt: NOW + MARGIN_MS + 1, keyId: KEY.active },
    'with more': { notedAt: NOW, keyId: KEY.active, note: 'x' },
    ...Object.fromEntries(
      Object.values(badTextsAt('keyId', KEY.active, 'A')).map(({ keyId }) => [
        `with key ${keyId}`,
        { notedAt: NOW, keyId },
      ]),
    ),
  }).map(([what, value]) =>
    denied(`notes how far usage has been looked through, but ${what}`, { [cursor]: value }),
  ),
  allowed('notes it of the last day', {
    [`${cursors}/9999999999`]: { notedAt: NOW, keyId: KEY.active },
  }),
  ...['0', '01', '99999999999', 'x1', '1x'].map((day) =>
    denied(`notes it of day ${day}`, {
      [`${cursors}/${day}`]: { notedAt: NOW, keyId: KEY.active },
    }),
  ),
]

export const behaviour: readonly Case[] = [
  ...who,
  ...counted,
  ...seen,
  ...networks,
  ...rows,
  ...records,
  ...following,
  ...read,
]
