import type { BrowserContext, Page } from 'playwright-core'
import { running } from '../harness/running.ts'

export interface Opened {
  readonly page: Page
  /** Errors and warnings of the console, scripts that failed, requests that got no answer. */
  readonly complaints: string[]
  /** Hosts other than this machine that anything was asked of. */
  readonly strangers: string[]
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost'])

/** A page of Hosting, and all that it complains about. */
export async function open(path: string, context: BrowserContext): Promise<Opened> {
  const page = await context.newPage()
  const complaints: string[] = []
  const strangers: string[] = []
  const check = (url: string) => {
    const { hostname } = new URL(url)
    if (!LOOPBACK.has(hostname)) strangers.push(hostname)
  }
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (request) =>
    complaints.push(`${request.url()}: ${request.failure()?.errorText}`),
  )
  page.on('request', (request) => check(request.url()))
  page.on('websocket', (socket) => check(socket.url()))
  await page.goto(`${running().hostingUrl}${path}`)
  return { page, complaints, strangers }
}
