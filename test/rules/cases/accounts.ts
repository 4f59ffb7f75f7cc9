import {
  ACCOUNT,
  BREAKER,
  BUDGET,
  CODE,
  CODE_ID,
  FORGOTTEN_SINCE,
  HASH,
  HOUR,
  INSTALL,
  ONCE,
  account,
  accountOf,
  code,
  codeAt,
  countBudget,
  countSent,
  once,
  resetPassword,
  verifyAccount,
} from '../accounts.ts'
import { allowed, denied, forEverybody, variations, type Case } from '../case.ts'
import { omit, type Values } from '../values.ts'
import { DAY_MS, KEY, MARGIN_MS, NOW } from '../world.ts'
import { increment } from '../writes.ts'
import { badTextsAt, without } from './texts.ts'

const pending = accountOf(ACCOUNT.pending)
const verified = accountOf(ACCOUNT.verified)
const forgotten = accountOf(ACCOUNT.forgotten)
const next = accountOf(ACCOUNT.next)
const BOBS_CODE = `${KEY.bobs}-verify-${ACCOUNT.pending}`
const restOf = (path: string): Values => omit(verifyAccount(), path)

/** Something the backend may write at each place that has a `.write`; nobody else may. */
const WRITABLE: readonly (readonly [path: string, value: unknown, given?: Values])[] = [
  [next, account()],
  [`${pending}/state`, 'verified', restOf(`${pending}/state`)],
  [`${pending}/verifiedAt`, NOW],
  [`${verified}/passwordBy`, CODE.reset],
  [`${pending}/pendingSince`, NOW],
  [forgotten, null],
  [codeAt(CODE.next), code(CODE_ID.next)],
  [codeAt(CODE.expired), null],
  [`${codeAt(CODE.verify)}/guesses`, increment(1)],
  [`${codeAt(CODE.verify)}/claimed`, CODE_ID.verify],
  [`guesses/${HOUR}`, null],
  [`guesses/${HOUR}/${CODE.verify}`, increment(1)],
  [`logins/${HOUR}`, null],
  [`logins/${HOUR}/account/${ACCOUNT.verified}`, increment(1)],
  [`logins/${HOUR}/install/${INSTALL.counted}`, increment(1)],
  [BUDGET, null],
  [`${BUDGET}/DE/count`, increment(1)],
  [BREAKER, null],
  [`${BREAKER}/DE/sent`, increment(1)],
  [`cooldowns/${ACCOUNT.pending}`, NOW + 60_000],
  [ONCE.next, once()],
  [`${ONCE.running}/answer`, '{}'],
]

const READ_BY_BACKEND = [
  pending,
  'codes',
  'guesses',
  'logins',
  'budgets/country-hour',
  'breakers/country',
  'cooldowns',
  'idempotency',
]
const READ_BY_NOBODY = ['budgets', 'breakers']

const CLOSED = ['codes', 'guesses', 'logins', 'budgets', 'breakers', 'cooldowns', 'idempotency']

const who: readonly Case[] = [
  ...READ_BY_BACKEND.flatMap((read) => forEverybody(`reads /${read}`, { read }, ['the backend'])),
  ...READ_BY_NOBODY.flatMap((read) => forEverybody(`reads /${read}`, { read }, [])),
  ...WRITABLE.flatMap(([path, value, given]) =>
    forEverybody(
      `${value === null ? 'removes' : 'writes'} /${path}`,
      { write: { [path]: value } },
      ['the backend'],
      given,
    ),
  ),
  // The write that sets a password is one, so it is tried as one.
  ...forEverybody('resets a password', { write: resetPassword() }, ['the backend']),
  ...CLOSED.flatMap((path) => forEverybody(`empties /${path}`, { write: { [path]: null } }, [])),
]

const looksUp = (read: string, orderBy: string): Case => ({
  title: `the backend: looks up /${read} by ${orderBy}`,
  who: 'the backend',
  does: { read, orderBy },
  outcome: 'allowed',
  given: {},
})

const accountCases: readonly Case[] = [
  ...variations({
    title: 'an account is made',
    write: { [next]: account() },
    good: {
      'a minute ahead': { [`${next}/createdAt`]: NOW + MARGIN_MS },
      'its code is made a minute ahead': { [`${next}/pendingSince`]: NOW + MARGIN_MS },
      'its code is a minute old': { [`${next}/pendingSince`]: NOW - MARGIN_MS },
    },
    bad: {
      ...without('it', next, ['uid', 'createdAt', 'pendingSince']),
      'its code is made later': { [`${next}/pendingSince`]: NOW + MARGIN_MS + 1 },
      'its code is older': { [`${next}/pendingSince`]: NOW - MARGIN_MS - 1 },
      'the time of its code is a text': { [`${next}/pendingSince`]: '1' },
      'it is made more than a minute ahead': { [`${next}/createdAt`]: NOW + MARGIN_MS + 1 },
      'its time is a text': { [`${next}/createdAt`]: '1' },
      'it is of another state': { [`${next}/state`]: 'open' },
      'it is verified': {
        [`${next}/state`]: 'verified',
        [`${next}/passwordHash`]: HASH,
        [`${next}/verifiedAt`]: NOW,
      },
      'it has a password': { [`${next}/passwordHash`]: HASH },
      'it has a note': { [`${next}/note`]: 1 },
      'its UID is a number': { [`${next}/uid`]: 1 },
      ...badTextsAt(`${next}/uid`, account().uid, '!'),
    },
  }),
  ...[`${ACCOUNT.next}-`, ACCOUNT.next.slice(1), `${ACCOUNT.next.slice(1)}!`].map((id) =>
    denied(`an account at ${id}`, { [accountOf(id)]: account() }),
  ),
  denied('an account is made anew', { [pending]: account() }),
  denied('a forgotten account is made anew', { [forgotten]: account() }),
  denied('an account is removed that is not there', { [next]: null }),
  denied('an account is removed within a day of its latest code', { [pending]: null }),
  denied(
    'an account is removed a millisecond too early',
    { [forgotten]: null },
    { [`${forgotten}/pendingSince`]: FORGOTTEN_SINCE + 1 },
  ),
  denied('a verified account is removed', { [verified]: null }),
  denied(
    'a verified account is removed, whatever else is stored of it',
    { [verified]: null },
    { [`${verified}/pendingSince`]: FORGOTTEN_SINCE },
  ),
  looksUp('accounts', 'pendingSince'),
  allowed('a forgotten account has a new code', { [`${forgotten}/pendingSince`]: NOW }),
  denied('a pending account goes out of the sight of the sweep', {
    [`${pending}/pendingSince`]: null,
  }),
  denied('a verified account is pending for the sweep', { [`${verified}/pendingSince`]: NOW }),
  denied('an account that is not there has a new code', { [`${next}/pendingSince`]: NOW }),
  ...variations({
    title: 'an account is verified',
    write: verifyAccount(),
    good: { 'a minute ahead': { [`${pending}/verifiedAt`]: NOW + MARGIN_MS } },
    bad: {
      'without its code': { [`${codeAt(CODE.verify)}/claimed`]: undefined },
      'without a password': { [`${pending}/passwordHash`]: undefined },
      'without its time': { [`${pending}/verifiedAt`]: undefined },
      'without its state': { [`${pending}/state`]: undefined },
      'in the sight of the sweep': { [`${pending}/pendingSince`]: undefined },
      'without naming the code': { [`${pending}/passwordBy`]: undefined },
      'by the code of another account': { [`${pending}/passwordBy`]: CODE.reset },
      'by the right code of another account': {
        [`${codeAt(CODE.verify)}/claimed`]: undefined,
        [`${codeAt(CODE.reset)}/claimed`]: CODE_ID.reset,
        [`${pending}/passwordBy`]: CODE.reset,
      },
      'by a code that is made for it': {
        [`${codeAt(CODE.verify)}/claimed`]: undefined,
        [codeAt(BOBS_CODE)]: { ...code(CODE_ID.next), claimed: CODE_ID.next },
        [`${pending}/passwordBy`]: BOBS_CODE,
      },
      'by a used code': { [`${pending}/passwordBy`]: CODE.claimed },
      'by a code that is not there': { [`${pending}/passwordBy`]: `x-${ACCOUNT.pending}` },
      'more than a minute ahead': { [`${pending}/verifiedAt`]: NOW + MARGIN_MS + 1 },
      'at a time that is a text': { [`${pending}/verifiedAt`]: '1' },
      'with a password in plain text': { [`${pending}/passwordHash`]: 'correct horse' },
      'with a hash that is too long': { [`${pending}/passwordHash`]: HASH.padEnd(257, 'x') },
      'to another state': { [`${pending}/state`]: 'open' },
    },
  }),
  allowed('the longest hash', {
    ...verifyAccount(),
    [`${pending}/passwordHash`]: HASH.padEnd(256, 'x'),
  }),
  allowed('a password is reset', resetPassword()),
  denied('an account is verified twice', { [`${verified}/verifiedAt`]: NOW }),
  denied('a pending account stays so', { [`${pending}/state`]: 'pending' }),
  denied('an account loses its state', { [`${pending}/state`]: null }),
  denied('an account is pending again', { [`${verified}/state`]: 'pending' }),
  denied('an account stays verified', { [`${verified}/state`]: 'verified' }),
  denied('a password is removed', { ...resetPassword(), [`${verified}/passwordHash`]: null }),
  denied('who set it is removed', { [`${verified}/passwordBy`]: null }),
]

const verifyAt = codeAt(CODE.verify)
const nextCode = codeAt(CODE.next)

const codeCases: readonly Case[] = [
  looksUp('codes', 'expiresAt'),
  ...variations({
    title: 'a code is made',
    write: { [nextCode]: { ...code(CODE_ID.next), passwordHash: HASH } },
    good: {
      'it has no password': { [`${nextCode}/passwordHash`]: undefined },
      'it lives for 10 minutes': { [`${nextCode}/expiresAt`]: NOW - 1000 + 600_000 },
      'it is made a minute ahead': { [`${nextCode}/createdAt`]: NOW + MARGIN_MS },
      'the longest hash': { [`${nextCode}/passwordHash`]: HASH.padEnd(256, 'x') },
    },
    bad: {
      ...without('it', nextCode, [
        'id',
        'createdAt',
        'expiresAt',
        'masterVersion',
        'sentIn',
        'guesses',
      ]),
      ...without('it', `${nextCode}/sentIn`, ['country', 'address', 'hour']),
      ...badTextsAt(`${nextCode}/id`, CODE_ID.next, 'g'),
      ...badTextsAt(`${nextCode}/sentIn/country`, 'DE', 'x'),
      ...badTextsAt(`${nextCode}/sentIn/address`, 'a'.repeat(22), '!'),
      'its id is a number': { [`${nextCode}/id`]: 1 },
      'its country is a number': { [`${nextCode}/sentIn/country`]: 1 },
      'its address is a number': { [`${nextCode}/sentIn/address`]: 1 },
      'its hour is a text': { [`${nextCode}/sentIn/hour`]: '1' },
      'it lives longer': { [`${nextCode}/expiresAt`]: NOW - 1000 + 600_001 },
      'its end is a text': { [`${nextCode}/expiresAt`]: '1' },
      'it is made more than a minute ahead': { [`${nextCode}/createdAt`]: NOW + MARGIN_MS + 1 },
      'its time is a text': { [`${nextCode}/createdAt`]: '1' },
      'it is of master version 0': { [`${nextCode}/masterVersion`]: 0 },
      'its master version is a text': { [`${nextCode}/masterVersion`]: '1' },
      'its password is plain text': { [`${nextCode}/passwordHash`]: 'correct horse' },
      'its hash is too long': { [`${nextCode}/passwordHash`]: HASH.padEnd(257, 'x') },
      'it has a note': { [`${nextCode}/note`]: 1 },
      'its provenance has a note': { [`${nextCode}/sentIn/note`]: 1 },
      'its guesses are below zero': { [`${nextCode}/guesses`]: -1 },
      'its guesses are a text': { [`${nextCode}/guesses`]: '1' },
      'its guesses are above five': { [`${nextCode}/guesses`]: 6 },
      'it is claimed by another': { [`${nextCode}/claimed`]: CODE_ID.reset },
    },
  }),
  ...[
    `${CODE.next}-`,
    `a${CODE.next}`,
    CODE.next.slice(1),
    CODE.next.slice(0, -1),
    CODE.next.replace('verify', 'login'),
  ].map((name) => denied(`a code at ${name}`, { [codeAt(name)]: code(CODE_ID.next) })),
  allowed('a code is replaced', { [verifyAt]: code(CODE_ID.next) }),
  denied('a code is replaced by one without ID', { [verifyAt]: omit(code(''), 'id') }),
  denied('a code is written anew', { [verifyAt]: code(CODE_ID.verify) }),
  denied('a live code is removed', { [verifyAt]: null }),
  allowed('the fifth guess', { [`${codeAt(CODE.reset)}/guesses`]: increment(1) }),
  denied('the sixth guess', { [`${codeAt(CODE.reset)}/guesses`]: increment(2) }),
  denied(
    'one guess beyond',
    { [`${verifyAt}/guesses`]: increment(1) },
    { [`${verifyAt}/guesses`]: 5 },
  ),
  denied('two guesses at once', { [`${verifyAt}/guesses`]: increment(2) }),
  denied('a guess at no code', { [`${nextCode}/guesses`]: 1 }),
  denied('a guess at a code that is over', { [`${codeAt(CODE.expired)}/guesses`]: increment(1) }),
  denied('a guess at a used code', { [`${codeAt(CODE.claimed)}/guesses`]: increment(1) }),
  denied('a code that is over is claimed', {
    [`${codeAt(CODE.expired)}/claimed`]: CODE_ID.expired,
  }),
  denied('a code is claimed twice', { [`${codeAt(CODE.claimed)}/claimed`]: CODE_ID.claimed }),
  denied('a code is claimed with another ID', { [`${verifyAt}/claimed`]: CODE_ID.next }),
]

/** Counters that go up by one, to a cap in the rules. */
const COUNTERS = [
  {
    name: 'guesses',
    at: `guesses/${HOUR}/${CODE.verify}`,
    fresh: `guesses/${HOUR}/${CODE.reset}`,
    cap: 5,
  },
  {
    name: 'logins of an account',
    at: `logins/${HOUR}/account/${ACCOUNT.verified}`,
    fresh: `logins/${HOUR}/account/${ACCOUNT.pending}`,
    cap: 100,
  },
  {
    name: 'logins of an install',
    at: `logins/${HOUR}/install/${INSTALL.counted}`,
    fresh: `logins/${HOUR}/install/${INSTALL.next}`,
    cap: 20,
  },
]

const counterCases: readonly Case[] = COUNTERS.flatMap(({ name, at, fresh, cap }) => [
  allowed(`${name}: the first`, { [fresh]: increment(1) }),
  allowed(`${name}: the last`, { [at]: increment(1) }, { [at]: cap - 1 }),
  denied(`${name}: beyond the cap`, { [at]: increment(1) }, { [at]: cap }),
  denied(`${name}: two at once`, { [at]: increment(2) }),
  denied(`${name}: begins with two`, { [fresh]: 2 }),
  denied(`${name}: begins with none`, { [fresh]: 0 }),
  denied(`${name}: begins anew`, { [at]: 1 }),
  denied(`${name}: stays`, { [at]: 3 }),
  denied(`${name}: is taken away`, { [at]: null }),
])

/** Windows: a table is removed window by window, and nothing else is a window. */
const WINDOWS = [
  { at: (window: string) => `logins/${window}/install/${INSTALL.next}`, value: 1 },
  { at: (window: string) => `guesses/${window}/${CODE.verify}`, value: 1 },
  { at: (window: string) => `budgets/country-hour/${window}/DE`, value: { count: 1, cap: 5 } },
  {
    at: (window: string) => `breakers/country/${window}/DE`,
    value: { sent: 1, free: 5, perVerified: 2 },
  },
]
const windowCases: readonly Case[] = WINDOWS.flatMap(({ at, value }) => [
  allowed(`the first of a window: ${at('9999999999')}`, { [at('9999999999')]: value }),
  ...['0', '99999999999', 'now', '1x'].map((window) =>
    denied(`a window that is none: ${at(window)}`, { [at(window)]: value }),
  ),
])

const ofLogins: readonly Case[] = [
  ...[ACCOUNT.verified.slice(1), `${ACCOUNT.verified}-`, `-${ACCOUNT.verified}`].map((id) =>
    denied(`logins of account ${id}`, { [`logins/${HOUR}/account/${id}`]: 1 }),
  ),
  ...[
    INSTALL.next.slice(1),
    `${INSTALL.next}0`,
    `0${INSTALL.next}`,
    `${INSTALL.next.slice(1)}+`,
  ].map((id) => denied(`logins of install ${id}`, { [`logins/${HOUR}/install/${id}`]: 1 })),
  denied('logins of something else', { [`logins/${HOUR}/note`]: 1 }),
  denied('a window of logins is replaced', {
    [`logins/${HOUR}`]: { install: { [INSTALL.next]: 1 } },
  }),
  denied('a window of guesses is replaced', { [`guesses/${HOUR}`]: { [CODE.reset]: 1 } }),
  denied('a guess is counted for a code that is over', {
    [`guesses/${HOUR}/${CODE.expired}`]: increment(1),
  }),
]

const budgetOf = (limit: string) => ({ [`budgets/${limit}/${HOUR}/DE`]: { count: 1, cap: 5 } })
const budgetCases: readonly Case[] = [
  allowed('a text is counted', countBudget()),
  allowed('the first text is counted', countBudget('FR')),
  allowed('the last text of a budget', countBudget(), { [`${BUDGET}/DE/count`]: 4 }),
  allowed('a budget of one', countBudget('FR', 1)),
  denied('a text beyond its budget', countBudget(), { [`${BUDGET}/DE/count`]: 5 }),
  denied('a text of no budget', countBudget('FR', 0)),
  denied('a budget that is a text', countBudget('FR', 'x')),
  denied('a text without its cap', omit(countBudget('FR'), `${BUDGET}/FR/cap`)),
  denied('a cap without a text', omit(countBudget('FR'), `${BUDGET}/FR/count`)),
  denied('two texts at once', { ...countBudget(), [`${BUDGET}/DE/count`]: increment(2) }),
  denied('the first text is two', { ...countBudget('FR'), [`${BUDGET}/FR/count`]: 2 }),
  denied('a text is taken back', { ...countBudget(), [`${BUDGET}/DE/count`]: 1 }),
  denied('a count is taken away', { [`${BUDGET}/DE`]: null }),
  denied('a window of a budget is replaced', { [BUDGET]: { FR: { count: 1, cap: 5 } } }),
  denied('a budget with a note', { ...countBudget('FR'), [`${BUDGET}/FR/note`]: 1 }),
  allowed('the longest key of a budget', countBudget('k'.repeat(32))),
  denied('a longer key of a budget', countBudget('k'.repeat(33))),
  denied('a key with a space before it', countBudget(' k')),
  denied('a key with a space after it', countBudget('k ')),
  allowed('the longest name of a limit', budgetOf('l'.repeat(32))),
  denied('a longer name of a limit', budgetOf('l'.repeat(33))),
  denied('a limit with a space before it', budgetOf(' l')),
  denied('a limit with a space after it', budgetOf('l ')),
]

const sentAt = `${BREAKER}/DE/sent`
const verifiedAt = `${BREAKER}/DE/verified`
const breakerCases: readonly Case[] = [
  allowed('the first text to a country', countSent('FR')),
  allowed('the last free text', countSent(), { [sentAt]: 4 }),
  denied('one more than is free', countSent(), { [sentAt]: 5 }),
  allowed('a code that came back buys two', countSent(), { [sentAt]: 6, [verifiedAt]: 1 }),
  denied('but no third', countSent(), { [sentAt]: 7, [verifiedAt]: 1 }),
  allowed('a code comes back', { [verifiedAt]: increment(1) }),
  allowed('another code comes back', { [verifiedAt]: increment(1) }, { [verifiedAt]: 1 }),
  denied('two codes at once', { [verifiedAt]: increment(2) }, { [verifiedAt]: 1 }),
  denied('the first codes are two', { [verifiedAt]: 2 }),
  denied('a code is taken back', { [verifiedAt]: 1 }, { [verifiedAt]: 3 }),
  denied('two texts to a country', { ...countSent(), [sentAt]: increment(2) }),
  denied('the first texts are two', { ...countSent('FR'), [`${BREAKER}/FR/sent`]: 2 }),
  denied('a text to a country is taken back', { ...countSent(), [sentAt]: 1 }),
  ...['sent', 'free', 'perVerified'].map((field) =>
    denied(`a breaker without ${field}`, omit(countSent('FR'), `${BREAKER}/FR/${field}`)),
  ),
  denied('a breaker with nothing free', { ...countSent('FR'), [`${BREAKER}/FR/free`]: 0 }),
  denied('free is a text', { ...countSent('FR'), [`${BREAKER}/FR/free`]: 'x' }),
  allowed('one free, one each', {
    ...countSent('FR'),
    [`${BREAKER}/FR/free`]: 1,
    [`${BREAKER}/FR/perVerified`]: 1,
  }),
  denied('none for a code', { ...countSent('FR'), [`${BREAKER}/FR/perVerified`]: 0 }),
  denied('per code is a text', { ...countSent('FR'), [`${BREAKER}/FR/perVerified`]: 'x' }),
  denied('a breaker with a note', { ...countSent('FR'), [`${BREAKER}/FR/note`]: 1 }),
  denied('a breaker is taken away', { [`${BREAKER}/DE`]: null }),
  denied('a window of breakers is replaced', {
    [BREAKER]: { FR: { sent: 1, free: 5, perVerified: 2 } },
  }),
  allowed('the longest key of a breaker', countSent('k'.repeat(32))),
  ...['k'.repeat(33), ' k', 'k '].map((key) => denied(`a breaker of ${key}`, countSent(key))),
  ...['address', 'country'].map((kind) =>
    allowed(`a breaker by ${kind}`, {
      [`breakers/${kind}/${HOUR}/k`]: { sent: 1, free: 5, perVerified: 2 },
    }),
  ),
  ...['xcountry', 'countryx', 'xaddress', 'addressx', 'install'].map((kind) =>
    denied(`a breaker by ${kind}`, {
      [`breakers/${kind}/${HOUR}/k`]: { sent: 1, free: 5, perVerified: 2 },
    }),
  ),
]

const cooldown = (id: string, value: unknown): Values => ({ [`cooldowns/${id}`]: value })
const cooldownCases: readonly Case[] = [
  looksUp('cooldowns', '.value'),
  allowed('a first cooldown, the longest', cooldown(ACCOUNT.next, NOW + 3_660_000)),
  denied('a longer cooldown', cooldown(ACCOUNT.next, NOW + 3_660_001)),
  denied('a cooldown that is a text', cooldown(ACCOUNT.next, 'x')),
  denied('a cooldown that runs', cooldown(ACCOUNT.verified, NOW + 60_000)),
  ...[`${ACCOUNT.next}-`, `-${ACCOUNT.next}`, ACCOUNT.next.slice(1)].map((id) =>
    denied(`a cooldown of ${id}`, cooldown(id, NOW)),
  ),
]

const idempotencyCases: readonly Case[] = [
  looksUp('idempotency', 'expiresAt'),
  ...variations({
    title: 'a request begins',
    write: { [ONCE.next]: once() },
    good: {
      'for a day': { [`${ONCE.next}/expiresAt`]: NOW + DAY_MS + MARGIN_MS },
      'for two minutes': { [`${ONCE.next}/runningUntil`]: NOW + 120_000 },
      'with the longest answer': { [`${ONCE.next}/answer`]: 'x'.repeat(1000) },
    },
    bad: {
      ...without('it', ONCE.next, ['request', 'expiresAt', 'runningUntil']),
      ...badTextsAt(`${ONCE.next}/request`, once().request, '!'),
      'its request is a number': { [`${ONCE.next}/request`]: 1 },
      'it is kept for longer': { [`${ONCE.next}/expiresAt`]: NOW + DAY_MS + MARGIN_MS + 1 },
      'its end is a text': { [`${ONCE.next}/expiresAt`]: 'x' },
      'it runs for longer': { [`${ONCE.next}/runningUntil`]: NOW + 120_001 },
      'its time is a text': { [`${ONCE.next}/runningUntil`]: 'x' },
      'its answer is longer': { [`${ONCE.next}/answer`]: 'x'.repeat(1001) },
      'its answer is a number': { [`${ONCE.next}/answer`]: 1 },
      'it has a note': { [`${ONCE.next}/note`]: 1 },
    },
  }),
  ...[
    `${ONCE.next}-`,
    ONCE.next.slice(0, -1),
    ONCE.next.replace('/', '/0'),
    ONCE.next.replace('/a', '/'),
  ].map((path) => denied(`a request at ${path}`, { [path]: once() })),
  denied('a running request begins again', { [ONCE.running]: once() }),
  allowed('a request is given up', { [ONCE.running]: null }),
  allowed('a request whose instance died begins again', { [ONCE.stuck]: once() }),
  denied('an answered request begins again', { [ONCE.answered]: once() }),
  denied('an answered request is removed', { [ONCE.answered]: null }),
  allowed('a request that is over begins again', { [ONCE.expired]: once() }),
  allowed('a request that is over is removed', { [ONCE.expired]: null }),
  denied('a second answer', { [`${ONCE.answered}/answer`]: '{"x":1}' }),
  denied('an answer is removed', { [`${ONCE.answered}/answer`]: null }),
]

/** The tables of the protected endpoints. */
export const accounts: readonly Case[] = [
  ...who,
  ...accountCases,
  ...codeCases,
  ...counterCases,
  ...windowCases,
  ...ofLogins,
  ...budgetCases,
  ...breakerCases,
  ...cooldownCases,
  ...idempotencyCases,
]
