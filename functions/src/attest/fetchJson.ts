/** Ten times what key sets and verdicts have. */
const ANSWER_BYTES_MAX = 65_536

/** Shorter than anybody waits; three of them still fit into the 10 s of a request. */
const DEADLINE_MS = 2000

/**
 * Asks a provider and reads the JSON that it answers, all of it within the deadline.
 * @throws for every other outcome
 */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, {
    ...init,
    // A key set from somewhere else would be somebody else's keys.
    redirect: 'error',
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new RangeError('the answer is too long')
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks, bytes).toString('utf8')) as unknown
}
