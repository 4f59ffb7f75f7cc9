import { allowed, denied, variations, type Case } from '../case.ts'
import { AUDIT, DAY_MS, KEY, MARGIN_MS, NOW, WINDOW, auditEntry, usageOf } from '../world.ts'
import { increment } from '../writes.ts'
import { badTexts, badTextsAt, without } from './texts.ts'

const entry = `audit/${AUDIT.next}`

/** What operators have done. */
const audit: readonly Case[] = [
  ...variations({
    title: 'notes what an operator has done',
    write: { [entry]: auditEntry() },
    good: {
      'by a clock that is a minute ahead': { [`${entry}/at`]: NOW + MARGIN_MS },
      'with the longest name': { [`${entry}/who`]: 'x'.repeat(128) },
      'with the longest action': { [`${entry}/action`]: `a${'b -'.repeat(13)}` },
      'with the longest target': { [`${entry}/target`]: 'x'.repeat(160) },
      'with the longest reason': { [`${entry}/reason`]: 'x'.repeat(64) },
      'for none': { [`${entry}/count`]: 0 },
    },
    bad: {
      ...without('the note', entry, ['at', 'who', 'action', 'target']),
      'by a clock that is further ahead': { [`${entry}/at`]: NOW + MARGIN_MS + 1 },
      'with a longer name': { [`${entry}/who`]: 'x'.repeat(129) },
      'with a longer action': { [`${entry}/action`]: `a${'b'.repeat(40)}` },
      'with an action in upper case': { [`${entry}/action`]: 'Revoke' },
      'with an action that begins with a space': { [`${entry}/action`]: ' revoke' },
      'with something behind the action': { [`${entry}/action`]: 'revoke!' },
      'with something before the action': { [`${entry}/action`]: '!revoke' },
      'with a longer target': { [`${entry}/target`]: 'x'.repeat(161) },
      'with a longer reason': { [`${entry}/reason`]: 'x'.repeat(65) },
      'for less than none': { [`${entry}/count`]: -1 },
      'with more': { [`${entry}/note`]: 'x' },
    },
  }),
  ...Object.entries(badTexts(AUDIT.next, 'A')).map(([what, id]) =>
    denied(`notes what an operator has done, but the ID ${what}`, {
      [`audit/${id}`]: auditEntry(),
    }),
  ),
  denied('changes such a note', { [`audit/${AUDIT.old}/who`]: 'bob' }),
  denied('writes such a note again', { [`audit/${AUDIT.old}`]: auditEntry() }),
  denied('removes such a note', { [`audit/${AUDIT.old}`]: null }),
]

const cursor = 'sweeps/cursor'
const sweeps: readonly Case[] = [
  ...variations({
    title: 'notes how far the sweep has come',
    write: { [cursor]: { lastUsedAt: NOW, keyId: KEY.active } },
    good: { 'by a clock that is a minute ahead': { [`${cursor}/lastUsedAt`]: NOW + MARGIN_MS } },
    bad: {
      ...without('the note', cursor, ['lastUsedAt', 'keyId']),
      ...badTextsAt(`${cursor}/keyId`, KEY.active, 'A'),
      'by a clock that is further ahead': { [`${cursor}/lastUsedAt`]: NOW + MARGIN_MS + 1 },
      'with more': { [`${cursor}/note`]: 'x' },
    },
  }),
  denied('notes a day that is none', { 'sweeps/usageDay': 'today' }),
]

const used = usageOf(KEY.active)
const COUNTS = [
  'requests',
  'refused/replayed',
  'attested/none-missing',
  'hours/09',
  'networks/abcdefgh',
]
const usage: readonly Case[] = [
  ...variations({
    title: "adds to a key's usage",
    write: {
      [`${used}/requests`]: increment(5),
      [`${used}/refused/clock_skew`]: increment(1),
      [`${used}/hours/23`]: increment(5),
      [`${used}/networks/AZ_-0189`]: increment(1),
      [`${used}/lastAt`]: NOW,
    },
    good: { 'by a clock that is a minute ahead': { [`${used}/lastAt`]: NOW + MARGIN_MS } },
    bad: { 'by a clock that is further ahead': { [`${used}/lastAt`]: NOW + MARGIN_MS + 1 } },
  }),
  ...variations({
    title: 'begins the usage of a key',
    write: {
      [`${usageOf(KEY.next)}/requests`]: increment(1),
      [`${usageOf(KEY.next)}/lastAt`]: NOW,
    },
    bad: { 'does not say when': { [`${usageOf(KEY.next)}/lastAt`]: undefined } },
  }),
  allowed('counts what was refused unverified', {
    [`${usageOf('unverified')}/refused/${'x'.repeat(40)}`]: increment(1),
    [`${usageOf('unverified')}/lastAt`]: NOW,
  }),
  ...COUNTS.flatMap((name) => [
    denied(`counts ${name} back`, { [`${used}/${name}`]: increment(-1) }),
    denied(`counts ${name} as it is`, { [`${used}/${name}`]: increment(0) }),
    denied(`takes ${name} away`, { [`${used}/${name}`]: null }),
    denied(`counts ${name} in words`, { [`${used}/${name}`]: 'many' }),
    denied(
      `begins ${name} in words`,
      { [`${used}/${name}`]: 'many' },
      { [`${used}/${name}`]: null },
    ),
  ]),
  denied('takes the time of a usage away', { [`${used}/lastAt`]: null }),
  denied(
    'takes the time of a usage away that has nothing else',
    { [`${used}/lastAt`]: null },
    { [used]: { lastAt: NOW } },
  ),
  ...(
    [
      ['a longer code', `${used}/refused/${'x'.repeat(41)}`],
      ['a code in upper case', `${used}/refused/Replayed`],
      ['a code with a digit behind', `${used}/refused/replayed1`],
      ['hour 24', `${used}/hours/24`],
      ['hour 30', `${used}/hours/30`],
      ['hour 1', `${used}/hours/1`],
      ['hour 009', `${used}/hours/009`],
      ['hour 190', `${used}/hours/190`],
      ['a longer network', `${used}/networks/abcdefghi`],
      ['a shorter network', `${used}/networks/abcdefg`],
      ['a network with a comma', `${used}/networks/abc,defg`],
      ['other others', `${used}/networks/others`],
      ['another other', `${used}/networks/another`],
      ['something else', `${used}/note`],
    ] as const
  ).map(([what, path]) => denied(`counts ${what}`, { [path]: increment(1) })),
  allowed('counts other networks', { [`${used}/networks/other`]: increment(1) }),
  ...Object.entries({
    ...badTexts(KEY.next, 'A'),
    'is unverified and more': 'unverified0',
    'is more than unverified': '0unverified',
  }).map(([what, keyId]) =>
    denied(`begins the usage of a key whose ID ${what}`, {
      [`${usageOf(keyId)}/lastAt`]: NOW,
    }),
  ),
  ...['0', '01', '99999999999', 'x1', '1x'].map((day) =>
    denied(`begins the usage of day ${day}`, { [`usage/${day}/${KEY.next}/lastAt`]: NOW }),
  ),
  allowed('begins the usage of the last day', {
    [`usage/9999999999/${KEY.next}/lastAt`]: NOW,
  }),
  allowed('removes the usage of a day that is over', { [used]: null }),
  denied('removes the usage of a day that is not over', { [usageOf(KEY.bobs)]: null }),
  denied('removes a day of usage', { [`usage/${WINDOW.day}`]: null }),
  denied('replaces the usage of a day that is over', { [used]: { lastAt: NOW - 2 * DAY_MS } }),
]

export const records: readonly Case[] = [...audit, ...sweeps, ...usage]
