import { TOLERANCES } from '@latchkey/protocol'
import { NOW } from '../install.ts'
import type { Accepted } from './change.ts'
import { INPUT, NONCE, resigned, signedWith } from './good.ts'

const { pastSeconds, futureSeconds } = TOLERANCES

/** What a sender is free to do. */
export const ACCEPTED: readonly Accepted[] = [
  { title: 'nothing is changed' },
  { title: 'the target as the function sees it', target: '/login?a=b' },
  { title: 'another label', headers: signedWith(INPUT.replace('lk=', 'sig1=')) },
  {
    title: 'components in another order',
    headers: resigned('"@method" "@path"', '"@path" "@method"'),
  },
  {
    title: 'parameters in another order',
    headers: resigned(`;created=${NOW};nonce="${NONCE}"`, `;nonce="${NONCE}";created=${NOW}`),
  },
  {
    title: 'expires, in its last second',
    headers: resigned(`;created=${NOW}`, `;created=${NOW};expires=${NOW}`),
  },
  { title: 'a header that is not signed', moreHeaders: [['Idempotency-Key', '4f6e2a']] },
  { title: 'as old as it may be', serverSeconds: NOW + pastSeconds },
  { title: 'as early as it may be', serverSeconds: NOW - futureSeconds },
  {
    title: 'an older key in its grace',
    record: { status: 'superseded', graceUntil: NOW * 1000 + 1 },
  },
]
