import { allowed, denied, variations, type Case } from '../case.ts'
import { FEED, KEY, MARGIN_MS, NOW, feedEntry } from '../world.ts'
import { badTexts, badTextsAt, without } from './texts.ts'

const path = `revocations/${FEED.next}`

const telling = variations({
  title: 'tells of a revocation',
  write: { [path]: feedEntry() },
  good: {
    'by a clock that is a minute ahead': { [`${path}/at`]: NOW + MARGIN_MS },
    'with the longest reason': { [`${path}/reason`]: 'x'.repeat(64) },
  },
  bad: {
    ...without('the entry', path, ['keyId', 'at', 'reason']),
    ...badTextsAt(`${path}/keyId`, KEY.superseded, 'A'),
    'by a clock that is further ahead': { [`${path}/at`]: NOW + MARGIN_MS + 1 },
    'with a longer reason': { [`${path}/reason`]: 'x'.repeat(65) },
    'with more': { [`${path}/note`]: 'x' },
  },
})

export const revocations: readonly Case[] = [
  ...telling,
  ...Object.entries(badTexts(FEED.next, 'F')).map(([what, id]) =>
    denied(`tells of a revocation, but the ID ${what}`, { [`revocations/${id}`]: feedEntry() }),
  ),
  denied('tells another story of an old one', { [`revocations/${FEED.old}`]: feedEntry() }),
  denied('changes the key of an old one', { [`revocations/${FEED.old}/keyId`]: KEY.active }),
  allowed('forgets an old one', { [`revocations/${FEED.old}`]: null }),
  denied('forgets a recent one', { [`revocations/${FEED.recent}`]: null }),
]
