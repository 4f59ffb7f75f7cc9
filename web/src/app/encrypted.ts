import type { BodyEncryption } from '@latchkey/client/core'
import { deviceKey } from '@latchkey/client/encryption'
import type { Recorder } from '../wire/recorder.ts'

/** The SDK's encryption with a pair of the device, which tells the recorder what only it can read. */
export function makeShownEncryption(recorder: Recorder): BodyEncryption {
  const encryption = deviceKey()
  return {
    ...encryption,
    seal: async (call, credential) => {
      const sealed = await encryption.seal(call, credential)
      if (typeof sealed === 'object' && call.body !== undefined) {
        const plaintext = call.body.content
        const jwe = sealed.body?.content
        if (typeof jwe === 'string' && typeof plaintext === 'string') {
          recorder.tell(jwe, { plaintext })
        }
      }
      return sealed
    },
    open: async (answer, credential) => {
      const body = await answer.clone().text()
      const opened = await encryption.open(answer, credential)
      if (typeof opened === 'string') recorder.tell(body, { refusal: opened })
      // A refusal that was made before anything was decrypted is in the clear, and stays the same answer.
      else if (opened !== answer) recorder.tell(body, { plaintext: await opened.clone().text() })
      return opened
    },
  }
}
