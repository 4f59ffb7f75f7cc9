import { AxeBuilder } from '@axe-core/playwright'
import { createHash, createHmac } from 'node:crypto'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { running } from '../harness/running.ts'
import { startChromium } from './chromium.ts'
import { open } from './open.ts'

// The demo page on the whole stack, by the keyboard alone.

jest.setTimeout(180_000)

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser.close())

const STEPS = 8

/** Each attack's button, and the code that it must be refused with. */
const REFUSALS = {
  'foreign-uid': 'permission_denied',
  'forged-key': '401 invalid_credentials',
  tamper: '401 invalid_credentials',
  replay: '401 replayed',
  'wrong-clock': '401 clock_skew',
  'revoked-key': '401 key_revoked',
} as const

/** Each call of a third-party API, and what it must come to. */
const CALLS = {
  weather: 'Answered 200',
  'weather-again': 'Answered 200',
  pay: 'Answered 201',
  alerts: 'Answered 200',
  'foreign-path': 'Refused 404 not_found',
  'foreign-method': 'Refused 405 method_not_allowed',
  'own-secret': 'Refused 400 invalid_request',
} as const

/** With an install whose bodies are encrypted. */
const ENCRYPTED = {
  'encrypted-key': 'Answered 200',
  'encrypted-login': 'Refused 401 login_rejected',
  'changed-answer': 'Refused 200 answer_undecryptable',
  'answer-in-the-clear': 'Refused 200 answer_not_encrypted',
} as const

/** The browser itself reports each refusal of a request; nothing else may complain. */
const REFUSED = 'Failed to load resource: the server responded with a status of 401 (Unauthorized)'

async function openDemo(options: BrowserContextOptions) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
  const opened = await open('/demo.html', context)
  await opened.page.waitForSelector('#next:enabled')
  return opened
}

/** Goes to a control with the Tab key, and sees that its focus shows. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    const isThere = await page.evaluate((it) => document.activeElement?.matches(it), selector)
    if (isThere) {
      const outline = await page.evaluate(
        () => getComputedStyle(document.activeElement!).outlineStyle,
      )
      expect([selector, outline]).toEqual([selector, 'solid'])
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`${selector} is not reached with the Tab key`)
}

/** Presses Enter, and waits until the work that it starts has ended. */
async function press(page: Page): Promise<void> {
  await page.keyboard.press('Enter')
  await page.waitForSelector('#demo[aria-busy="false"]')
}

/** The texts as they are with all secrets shown. */
const texts = (page: Page, selector: string) =>
  page.$$eval(selector, (all) =>
    all.map((it) => {
      const copy = it.cloneNode(true) as Element
      for (const short of copy.querySelectorAll('.secret-short')) short.remove()
      return copy.textContent
    }),
  )

async function expectNoViolation(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
}

test('all steps and all attacks, by the keyboard alone', async () => {
  const { page, complaints, strangers } = await openDemo({ viewport: { width: 1280, height: 900 } })
  await tabTo(page, '#next')
  for (let step = 1; step <= STEPS; step += 1) {
    await press(page)
    const said = await page.textContent('#announcement')
    expect(said).toMatch(new RegExp(`^Step ${step} of ${STEPS}, .*: done\\.`))
    // Whoever presses next must not have to look for the button again.
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('next')
  }
  expect(complaints).toEqual([])
  // The text has arrived, and its code is the one that was confirmed.
  const code = await page.inputValue('#code')
  expect(code).toMatch(/^[0-9]{6}$/)
  expect(await page.textContent('#text-message')).toContain(code)
  expect(await page.textContent('#held-account')).toMatch(/^[A-Za-z0-9_-]{20,}$/)

  // After the last step, the same button leads to the attacks.
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('attack-all')
  for (const [id, refusal] of Object.entries(REFUSALS)) {
    await tabTo(page, `#${id} h3 button`)
    await press(page)
    expect([id, await page.textContent(`#${id} .verdict`)]).toEqual([id, `Refused ${refusal}`])
    const said = await page.textContent('#announcement')
    expect(said).toContain(`refused, ${refusal.replace('401 ', '')}`)
  }
  expect(complaints.filter((text) => text !== REFUSED)).toEqual([])
  expect(strangers).toEqual([])
  await expectNoViolation(page)
  await page.context().close()
})

test('the signature base that is shown is the one that was signed, with the secret that is shown', async () => {
  const { page } = await openDemo({})
  await page.click('#run-all')
  await page.waitForSelector('#demo[aria-busy="false"]')
  const signed = []
  for (const step of [6, 7, 8]) {
    await page.click(`#steps li:nth-child(${step}) button`)
    const base = (await texts(page, '.base code')).join('\n')
    const headers = await texts(page, '.part.sent dl.headers > div')
    const signature = headers.find((text) => text.startsWith('Signaturelk='))
    signed.push({ base, signature: signature?.slice('Signaturelk=:'.length, -1) })
  }
  const [secret = ''] = await texts(page, '#held-secret')
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  for (const { base, signature } of signed) {
    const mac = createHmac('sha256', Buffer.from(secret, 'base64url')).update(base)
    expect(signature).toBe(mac.digest('base64'))
  }
  await page.context().close()
})

test('secrets are short until the switch is pressed', async () => {
  const { page } = await openDemo({})
  for (let step = 1; step <= 6; step += 1) {
    await page.click('#next')
    await page.waitForSelector('#demo[aria-busy="false"]')
  }
  const visible = () => page.innerText('#demo')
  const [apiKey = ''] = await texts(page, '#held-key')
  expect(apiKey).toMatch(/^lk_v1_[0-9a-f]{32}_[0-9a-f]{32}$/)
  expect(await visible()).not.toContain(apiKey)
  await tabTo(page, '#secrets')
  await page.keyboard.press('Space')
  expect(await page.getAttribute('#secrets', 'aria-pressed')).toBe('true')
  expect(await visible()).toContain(apiKey)
  await page.context().close()
})

test('an attack before there is a key gets one first', async () => {
  const { page } = await openDemo({})
  await page.click('#tamper h3 button')
  await page.waitForSelector('#tamper .verdict')
  expect(await page.textContent('#tamper .verdict')).toBe(`Refused ${REFUSALS.tamper}`)
  // What the attacker has changed is marked: in the headers, the body and the text that is signed.
  expect(await page.locator('#tamper .changed').count()).toBe(3)
  expect(await page.textContent('#next-step')).toBe('Sign up with a phone number')
  await page.context().close()
})

describe('third-party APIs', () => {
  // The run enforces attestation for them.
  test('each call comes to what it should, and shows request, signature base and answer', async () => {
    const { page, complaints, strangers } = await openDemo({})
    expect(await page.getAttribute('#attest', 'aria-pressed')).toBe('true')
    const received: Promise<string>[] = []
    page.on('response', (answer) => received.push(answer.text().catch(() => '')))
    await page.click('#call-all')
    await page.waitForSelector('#own-secret .verdict')
    for (const [id, verdict] of Object.entries(CALLS)) {
      expect([id, await page.textContent(`#${id} .verdict`)]).toEqual([id, verdict])
      for (const part of ['sent', 'signed', 'answered']) {
        expect(await page.locator(`#${id} .exchange:last-child .part.${part}`).count()).toBe(1)
      }
    }
    const headers = await page.textContent('#weather-again .exchange:last-child .answered dl')
    expect(headers).toMatch(/Cache-Statuslatchkey; hit; ttl=\d+Age\d+/)
    expect(await page.textContent('#weather-again .said')).toMatch(/^Kept \d+ s ago/)
    expect(await page.textContent('#weather .answered')).toContain('appid=(the right one)')

    const bodies = (await Promise.all(received)).join()
    expect(bodies).toContain('Bearer (the right one)')
    for (const secret of running().upstreamSecrets) {
      expect(bodies).not.toContain(secret)
      expect(await page.content()).not.toContain(secret)
    }
    const refused = /^Failed to load resource: the server responded with a status of 40[045] /
    expect(complaints.filter((text) => !refused.test(text))).toEqual([])
    expect(strangers).toEqual([])
    await page.context().close()
  })

  test('without a token of the issuer, what calls is no app; with one it is', async () => {
    const { page } = await openDemo({})
    await page.click('#attest')
    await page.click('#weather h3 button')
    await page.waitForSelector('#weather .verdict')
    expect(await page.textContent('#weather .verdict')).toBe(
      'Not answered as it should be 401 attestation_failed',
    )
    expect(await page.textContent('#weather .sent')).not.toContain('x-firebase-appcheck')
    await page.click('#attest')
    await page.click('#weather h3 button')
    await page.waitForSelector('#weather .verdict:not(.failure)')
    expect(await page.textContent('#weather .verdict')).toBe(CALLS.weather)
    // A bearer token is a secret, though its owner may see it.
    const token = page.locator('#weather .sent dl > div', { hasText: 'x-firebase-appcheck' })
    expect(await token.locator('.secret').count()).toBe(1)
    await page.context().close()
  })
})

test('encrypted bodies: plaintext, header, signature over the JWE, decrypted answer', async () => {
  const { page, complaints } = await openDemo({})
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.postData() ?? ''))
  await tabTo(page, '#encrypted-all')
  await press(page)
  for (const [id, verdict] of Object.entries(ENCRYPTED)) {
    expect([id, await page.textContent(`#${id} .verdict`)]).toEqual([id, verdict])
  }
  expect(await page.textContent('#encrypted-key .said')).toContain('device-key')

  const [request, answer] = ['sent', 'answered'].map((part) => `#encrypted-login .${part} .jwe`)
  const [jwe = '', header = '', plaintext = ''] = await texts(page, `${request} code.body`)
  expect(JSON.parse(header)).toMatchObject({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'json' })
  expect(JSON.parse(plaintext)).toMatchObject({ password: 'correct horse battery' })
  expect(sent).toContain(jwe)
  expect(sent.join()).not.toContain('correct horse battery')
  const digest = createHash('sha256').update(jwe).digest('base64')
  expect(await page.textContent('#encrypted-login .base')).toContain(`sha-256=:${digest}:`)
  const [, answerHeader = '', answered = ''] = await texts(page, `${answer} code.body`)
  expect(JSON.parse(answerHeader)).toMatchObject({ cty: 'problem+json' })
  expect(JSON.parse(answered)).toMatchObject({ code: 'login_rejected' })
  // What cannot be decrypted, or was not encrypted, is shown as it came, and marked.
  expect(await page.locator('#changed-answer .answered .jwe.changed code.body').count()).toBe(2)
  expect(await page.locator('#answer-in-the-clear .answered code.changed').count()).toBe(1)
  expect(complaints.filter((text) => text !== REFUSED)).toEqual([])
  await page.context().close()
})

test('a step that fails says why, and can be tried again', async () => {
  const { page } = await openDemo({})
  const number = await page.inputValue('#phone-number')
  await page.fill('#phone-number', '+4930123456')
  await page.click('#run-all')
  await page.waitForSelector('#record .failure')
  expect(await page.textContent('#record .failure')).toContain('invalid_request')
  expect(await page.getAttribute('#record .failure a', 'href')).toBe('errors.html#invalid_request')
  await page.fill('#phone-number', number)
  await page.click('#run-all')
  await page.waitForSelector('main.played')
  await page.context().close()
})

test.each([
  ['a desk, in dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
  ['a phone, in light', { viewport: { width: 320, height: 640 }, colorScheme: 'light' }],
] as const)(
  'with all of it shown, axe finds nothing and nothing is too wide: %s',
  async (_, as) => {
    const { page } = await openDemo(as)
    await page.click('#run-all')
    await page.waitForSelector('main.played')
    await page.click('#call-all')
    await page.waitForSelector('#own-secret .verdict')
    await page.click('#encrypted-all')
    await page.waitForSelector('#answer-in-the-clear .verdict')
    await page.click('#attack-all')
    await page.waitForSelector('#revoked-key .verdict')
    await page.click('#secrets')
    await page.$$eval('details', (all) => all.forEach((it) => (it.open = true)))
    await expectNoViolation(page)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(as.viewport.width)
    await page.context().close()
  },
)
