import type { Trial } from '../trials/trial.ts'
import { answerInTheClear } from './answerInTheClear.ts'
import { changedAnswer } from './changedAnswer.ts'
import { encryptedKey } from './encryptedKey.ts'
import { encryptedLogin } from './encryptedLogin.ts'

/** With a second install, whose bodies are encrypted; whichever comes first has it register. */
export const ENCRYPTED: readonly Trial[] = [
  encryptedKey,
  encryptedLogin,
  changedAnswer,
  answerInTheClear,
]
