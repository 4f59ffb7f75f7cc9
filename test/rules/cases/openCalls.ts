import { allowed, denied, forEverybody, type Case } from '../case.ts'
import { omit, type Values } from '../values.ts'
import { WINDOW } from '../world.ts'
import { increment } from '../writes.ts'

const TABLE = 'limits/calls'
const NOW_AT = `${TABLE}/${WINDOW.minute}`
const OWNERS = `${NOW_AT}/challenges-owners`

// Two counters: taking away the last one is removing the window.
const given: Values = {
  [OWNERS]: { count: 3, cap: 5 },
  [`${NOW_AT}/attempts-owners`]: { count: 1, cap: 5 },
}

const call = (name = 'challenges-owners', cap: unknown = 5, window: string = WINDOW.minute) => ({
  [`${TABLE}/${window}/${name}/count`]: increment(1),
  [`${TABLE}/${window}/${name}/cap`]: cap,
})
const OTHER = 'challenges-strangers'

export const openCalls: readonly Case[] = [
  ...forEverybody(`reads /${TABLE}`, { read: TABLE }, ['the backend']),
  ...forEverybody('counts an open call', { write: call() }, ['the backend'], given),
  ...forEverybody('removes a minute of open calls', { write: { [NOW_AT]: null } }, ['the backend']),
  ...forEverybody(`empties /${TABLE}`, { write: { [TABLE]: null } }, [], given),
  ...['challenges-owners', OTHER, 'attempts-owners', 'attempts-strangers'].map((name) =>
    allowed(`the first of ${name}`, call(name)),
  ),
  allowed('the first open call of the last minute', call(OTHER, 5, '9999999999')),
  allowed('the last open call', call(), { ...given, [`${OWNERS}/count`]: 4 }),
  allowed('a minute with one open call', call(OTHER, 1)),
  denied('an open call beyond the cap', call(), { ...given, [`${OWNERS}/count`]: 5 }),
  denied('an open call where none may be', call(OTHER, 0)),
  denied('an open call with a cap that is a text', call(OTHER, 'x')),
  denied('an open call without its cap', omit(call(OTHER), `${NOW_AT}/${OTHER}/cap`)),
  denied('a cap without an open call', omit(call(OTHER), `${NOW_AT}/${OTHER}/count`)),
  denied('two open calls at once', { ...call(), [`${OWNERS}/count`]: increment(2) }, given),
  denied('the first open call is two', { ...call(OTHER), [`${NOW_AT}/${OTHER}/count`]: 2 }),
  denied('open calls begin anew', { ...call(), [`${OWNERS}/count`]: 1 }, given),
  denied('an open call is taken back', { ...call(), [`${OWNERS}/count`]: 2 }, given),
  denied('a count of open calls is taken away', { [OWNERS]: null }, given),
  denied('a minute of open calls is replaced', { [NOW_AT]: { [OTHER]: { count: 1, cap: 5 } } }),
  denied('open calls with a note', { ...call(OTHER), [`${NOW_AT}/${OTHER}/note`]: 1 }),
  ...[
    'challenges',
    'others-owners',
    'challenges-others',
    `${OTHER} `,
    ` ${OTHER}`,
    `${OTHER}s`,
    `x${OTHER}`,
  ].map((name) => denied(`open calls named "${name}"`, call(name))),
  ...['0', '99999999999', 'now', '1x', 'x1'].map((window) =>
    denied(`open calls of minute ${window}`, call(OTHER, 5, window)),
  ),
]
