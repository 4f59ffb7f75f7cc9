import { askForKey } from './askForKey.ts'
import { confirmCode } from './confirmCode.ts'
import { readCode } from './readCode.ts'
import { receiveKey } from './receiveKey.ts'
import { sendCode } from './sendCode.ts'
import { signIn } from './signIn.ts'
import { signRequest } from './signRequest.ts'
import { signUp } from './signUp.ts'
import type { Step } from './step.ts'

/** The whole flow, in its order. */
export const STEPS: readonly Step[] = [
  signIn,
  askForKey,
  readCode,
  sendCode,
  receiveKey,
  signRequest,
  signUp,
  confirmCode,
]

/** From here on there is a key, which an attack needs. */
export const KEY_IN_USE = STEPS.indexOf(signRequest) + 1
