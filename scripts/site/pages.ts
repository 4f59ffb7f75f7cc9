import { existsSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { inCheckout } from '../local/checkout.ts'

/** A part of the navigation. */
export interface Section {
  readonly title: string
  /** Markdown files, relative to the checkout. */
  readonly files: readonly string[]
}

/** The pages in reading order. A page below `docs/` that is not named here stands under "Further". */
const NAMED: readonly Section[] = [
  { title: 'Begin', files: ['docs/README.md', 'docs/start.md', 'docs/architecture.md'] },
  {
    title: 'Integrate',
    files: [
      'docs/integrate/README.md',
      'docs/integrate/web.md',
      'docs/web-callers.md',
      'docs/integrate/react-native.md',
      'docs/integrate/android.md',
      'docs/integrate/ios.md',
      'docs/vectors.md',
      'docs/api.md',
      'docs/errors.md',
      'docs/endpoints/README.md',
      'docs/endpoints/register.md',
      'docs/endpoints/verify_otp.md',
      'docs/endpoints/resend_otp.md',
      'docs/endpoints/password_reset.md',
      'docs/endpoints/password_confirm.md',
      'docs/endpoints/login.md',
      'docs/gateway.md',
      'docs/encryption.md',
    ],
  },
  {
    title: 'Deploy and operate',
    files: [
      'docs/deploy.md',
      'docs/settings.md',
      'docs/operate.md',
      'docs/limits.md',
      'docs/sms.md',
      'docs/attestation.md',
      'docs/usage.md',
      'docs/behaviour.md',
      'docs/costs.md',
      'docs/shards.md',
    ],
  },
  { title: 'Understand', files: ['docs/security.md', 'docs/rules.md', 'docs/issuance.md'] },
]

const PROJECT: Section = {
  title: 'The project',
  files: [
    'README.md',
    'client/README.md',
    'client/android/README.md',
    'client/ios/README.md',
    'rtdb/README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
  ],
}

/** All pages that there are, each once. */
export function listSections(): readonly Section[] {
  const named = [...NAMED, PROJECT].flatMap(({ files }) => files)
  const further = markdownIn('docs').filter((file) => !named.includes(file))
  const sections = [...NAMED, { title: 'Further', files: further }, PROJECT]
  return sections
    .map(({ title, files }) => ({
      title,
      files: files.filter((file) => existsSync(inCheckout(file))),
    }))
    .filter(({ files }) => files.length > 0)
}

function markdownIn(folder: string): string[] {
  return readdirSync(inCheckout(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .sort()
}

/**
 * Where a page stands on the site, relative to its root. The page of the errors is where `type` of a
 * problem points (ERRORS_URL); what lies outside of `docs/` stands below `docs/project/`.
 */
export function addressOf(file: string): string {
  if (file === 'docs/errors.md') return 'errors.html'
  const withoutEnding = file.replace(/\.md$/, '')
  if (file.startsWith('docs/')) return `${withoutEnding.replace(/README$/, 'index')}.html`
  const name = withoutEnding.replace(/\/README$/, '').toLowerCase()
  return `docs/project/${name}.html`
}
