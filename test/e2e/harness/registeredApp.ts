import { startApp, type App, type Credential, type SignedCall } from '../../../scripts/demo/app.ts'
import { mintAppCheck } from '../../../scripts/attest/mint.ts'
import { running } from './running.ts'

/** An app on a phone that has fetched its credential and signs with it. */
export interface RegisteredApp {
  readonly uid: string
  readonly keyId: string
  readonly apiKey: string
  /** Signs and sends a `GET`. */
  get(path: string): Promise<Response>
  /** The same without the token that every call has, but with these headers. */
  getUnattested(path: string, headers: Readonly<Record<string, string>>): Promise<Response>
  /** Signs a `POST` with a nonce of its own; the path is below the API's address. */
  sign(path: string, body: object): Promise<SignedCall>
  /** Signs and sends; `headers` are those that no signature covers. */
  post(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Response>
  /**
   * As a well-behaved app: after a 429 it waits as long as `Retry-After` says, and signs anew.
   * Only for waits of a few seconds, as the cooldown of these runs is.
   */
  postPatiently(path: string, body: object): Promise<Response>
  close(): Promise<void>
}

/** Signs in anonymously and fetches a credential, all with the SDK, the database and HTTP. */
export async function startRegisteredApp(): Promise<RegisteredApp> {
  const app = await startApp(running())
  const credential = await fetchCredential(app)

  const sign = (path: string, body: object) =>
    app.sign(credential, { method: 'POST', path, body: JSON.stringify(body) })
  const post: RegisteredApp['post'] = async (path, body, headers = {}) => {
    const attested = { 'X-Firebase-AppCheck': await mintAppCheck(running().issuerKeys) }
    return sendCall(await sign(path, body), { ...attested, ...headers })
  }

  return {
    uid: app.uid,
    keyId: credential.keyId,
    apiKey: credential.apiKey,
    get: async (path) => sendCall(await app.sign(credential, { method: 'GET', path })),
    getUnattested: async (path, headers) => {
      const call = await app.sign(credential, { method: 'GET', path })
      const signed: Record<string, string> = { ...call.headers }
      delete signed['X-Firebase-AppCheck']
      return sendCall({ ...call, headers: signed }, headers)
    },
    sign,
    post,
    postPatiently: async (path, body) => {
      const answer = await post(path, body)
      if (answer.status !== 429) return answer
      const seconds = Number(answer.headers.get('retry-after'))
      if (!(seconds <= 5)) throw new Error(`told to wait for ${seconds} s`)
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      return post(path, body)
    },
    close: () => app.close(),
  }
}

/** Sends what was signed, as often as wanted. */
export function sendCall(
  { url, method, headers, body }: SignedCall,
  unsigned: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, { method, headers: { ...headers, ...unsigned }, body: body ?? null })
}

async function fetchCredential(app: App): Promise<Credential> {
  await app.register()
  const otp = (await app.read(`${app.slotPath}/otp`)) as { readonly code: string }
  await app.register(otp.code)
  return (await app.read(`${app.slotPath}/credential`)) as Credential
}
