import type { Running } from './running.ts'

interface Probe {
  what: string
  url: string
}

/**
 * Asked until they answer 2xx: the very URLs that an app, a test or a person will use. Rows run side by
 * side, the probes of a row one after the other: the Functions emulator starts a process for each request
 * that comes while all others are busy, and one is enough.
 */
const probes = (running: Running): Probe[][] => [
  [
    {
      what: 'Realtime Database',
      url: `http://${running.databaseEmulatorHost}/.settings/rules.json?ns=${running.namespace}`,
    },
  ],
  [{ what: 'Auth emulator', url: `http://${running.authEmulatorHost}/` }],
  [
    { what: 'Functions emulator', url: `${running.functionsUrl}/api/health` },
    { what: 'Hosting emulator', url: `${running.hostingUrl}/api/health` },
  ],
]

/** Generous for a slow machine: here all are up in 5 s. */
const deadlineMs = 120_000

/**
 * Waits until everything answers, the function through both of its URLs, which also starts its process, so
 * that the first click is quick.
 * @throws Error naming what does not answer, after two minutes or when `signal` is aborted.
 */
export async function waitUntilHealthy(
  running: Running,
  onHealthy: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  await Promise.all(
    probes(running).map(async (row) => {
      for (const probe of row) {
        await answered(probe, limit)
        onHealthy(probe.what)
      }
    }),
  )
}

async function answered({ what, url }: Probe, limit: AbortSignal): Promise<void> {
  for (;;) {
    const status = await statusOf(url, limit)
    if (status >= 200 && status < 300) return
    // It is there and has failed: asking again only repeats it. 404 is a function that is not loaded yet.
    if (status >= 500) throw new Error(`The ${what} does not work: ${url} answers ${status}.`)
    if (limit.aborted) throw new Error(`The ${what} does not answer at ${url}.`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** 0: nobody answers. */
async function statusOf(url: string, signal: AbortSignal): Promise<number> {
  try {
    const answer = await fetch(url, { headers: { authorization: 'Bearer owner' }, signal })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return 0
  }
}
