import type { Trial } from '../trials/trial.ts'
import type { Alter } from '../wire/recorder.ts'
import { refusedByApp } from './refusedByApp.ts'

const changeOne: Alter = async (answer) => {
  const [header, key, iv, text = '', tag] = (await answer.text()).split('.')
  const changed = (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
  const { status, headers } = answer
  return new Response([header, key, iv, changed, tag].join('.'), { status, headers })
}

export const changedAnswer: Trial = {
  id: 'changed-answer',
  title: 'Change an answer on the way',
  tried: 'Whoever ends TLS on the way changes one character of the encrypted answer.',
  expected: 'answer_undecryptable',
  why: 'The tag of AES-GCM covers every bit, the header too. The SDK says the same of whatever does not decrypt, so that nobody learns by trying.',
  run: refusedByApp(changeOne),
}
