import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/**
 * What tells a browser to do nothing with an answer but hand it to the page that asked, in the form of
 * Node's raw header lists. helmet is middleware; here it is run once, on a response that only notes what
 * it sets, so that a request pays for nothing but a few more bytes.
 */
export const SECURITY_HEADERS: readonly string[] = noted(
  helmet({
    // An answer is data: opened as a page, or in a frame, it may load and run nothing.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    // Not for subdomains: the service may be one host of a domain whose others are not ours to decide about.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    // These are for pages, or for browsers that are long gone.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }),
)

function noted(middleware: ReturnType<typeof helmet>): string[] {
  const list: string[] = []
  const response = {
    setHeader: (name: string, value: string) => list.push(name, value),
    removeHeader: () => undefined,
  }
  middleware({} as IncomingMessage, response as unknown as ServerResponse, () => undefined)
  return list
}
