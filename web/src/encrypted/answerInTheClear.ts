import type { Trial } from '../trials/trial.ts'
import type { Alter } from '../wire/recorder.ts'
import { refusedByApp } from './refusedByApp.ts'

const inTheClear: Alter = ({ status }) =>
  Promise.resolve(Response.json({ status: 'active', scopes: ['everything'] }, { status }))

export const answerInTheClear: Trial = {
  id: 'answer-in-the-clear',
  title: 'Answer in the clear',
  tried:
    'Whoever ends TLS on the way answers himself, in the clear, as if there were no encryption.',
  expected: 'answer_not_encrypted',
  why: 'An install that has asked for encryption takes no other answers, but for the refusals that the service makes before it decrypts. So a downgrade is noticed, and nothing of such an answer is believed.',
  run: refusedByApp(inTheClear),
}
