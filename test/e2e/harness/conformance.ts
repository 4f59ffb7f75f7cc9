import type { BrowserContext, Response } from 'playwright-core'
import { faultsOf, type Seen } from '../../openapi/conformance.ts'
import { running } from './running.ts'

// Before each file of end-to-end tests: every answer of the API that these tests get by `fetch` is compared
// with the OpenAPI document, whoever has asked for it, the SDK among them. A difference fails the test in
// which it came.

const faults: string[] = []
let compared = 0

/** How many answers have been compared in this file so far. */
export const comparedAnswers = (): number => compared

/** Compares one answer; what it differs in is told at the end of the test. */
export function compareWithDocument(seen: Seen): void {
  compared += 1
  const found = faultsOf(seen)
  if (found.length === 0) return
  const { method, path, status, text } = seen
  faults.push(`${method} ${path} ${status}: ${found.join('; ')}\n${text.slice(0, 400)}`)
}

/** The canonical path of a request to the API, however it was reached; undefined for all other servers. */
export function apiPathOf(url: string): string | undefined {
  const { functionsUrl } = running()
  const path = url.startsWith(`${functionsUrl}/`)
    ? new URL(url).pathname.slice(new URL(functionsUrl).pathname.length)
    : new URL(url).pathname
  return path.startsWith('/api/') ? path : undefined
}

/** Also what a browser was answered. Its answers come beside the test's own steps. */
export function compareInBrowser(context: BrowserContext): void {
  context.on('response', (response) => pending.push(compareResponse(response)))
}

const pending: Promise<void>[] = []

async function compareResponse(response: Response): Promise<void> {
  const path = apiPathOf(response.url())
  if (path === undefined) return
  const headers = await response.allHeaders()
  // A page that is left takes the bodies of its answers along.
  const text = await response.text().catch(() => undefined)
  if (text === undefined) return
  compareWithDocument({
    method: response.request().method(),
    path,
    status: response.status(),
    header: (name) => headers[name.toLowerCase()] ?? null,
    text,
  })
}

const realFetch = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const request = input instanceof Request ? input : undefined
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
  const path = apiPathOf(input instanceof Request ? input.url : input.toString())
  const response = await realFetch(input, init)
  if (path === undefined) return response
  const text = await response.clone().text()
  const header = (name: string) => response.headers.get(name)
  compareWithDocument({ method, path, status: response.status, header, text })
  return response
}

afterEach(async () => {
  await Promise.all(pending.splice(0))
  expect(faults.splice(0)).toEqual([])
})
