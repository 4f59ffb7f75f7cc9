import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inCheckout } from '../../scripts/local/checkout.ts'

// docs/shards.md shows how the rules get to all databases. Here firebase-tools itself reads what the page
// shows, as `firebase deploy --only database` does, and says which rules it would upload where.

const PROJECT = 'my-app'
const page = readFileSync(inCheckout('docs/shards.md'), 'utf8')

interface Deployment {
  readonly rules: string
  readonly instance: string
}

interface Tools {
  readonly RC: new (
    path: undefined,
    data: object,
  ) => {
    applyTarget(project: string, type: string, target: string, resources: string[]): unknown
  }
  readonly getRulesConfig: (project: string, options: object) => Deployment[]
}

const load = createRequire(__filename)
const { RC } = load('firebase-tools/lib/rc.js') as Pick<Tools, 'RC'>
const { getRulesConfig } = load('firebase-tools/lib/database/rulesConfig.js') as Pick<
  Tools,
  'getRulesConfig'
>

/** The one place of the page that looks so. */
function only(pattern: RegExp): string {
  const found = [...page.matchAll(pattern)]
  if (found.length !== 1) throw new Error(`docs/shards.md has ${found.length} of ${pattern}`)
  return found[0]![1]!
}

const { database } = JSON.parse(only(/```json\n([^`]*"database": \[[^`]*)```/g)) as {
  database: object[]
}
const targets = [...page.matchAll(/npx firebase target:apply database (\S+) (\S+)/g)]
const urls = only(/^ *DATABASE_URLS=(\S+)$/gm).split(',')

const deploymentOf = (config: unknown): Deployment[] => {
  const rc = new RC(undefined, {})
  for (const [, target, instance] of targets) {
    rc.applyTarget(PROJECT, 'database', target!, [instance!])
  }
  return getRulesConfig(PROJECT, {
    config: { src: { database: config } },
    rc,
    project: PROJECT,
    only: 'database',
  })
}

test('the list of the page uploads our rules to every database of DATABASE_URLS, in their order', () => {
  const { rules } = (
    JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as { database: { rules: string } }
  ).database
  expect(deploymentOf(database)).toEqual(
    urls.map((url) => ({ rules, instance: new URL(url).hostname.split('.')[0] })),
  )
  expect(urls.length).toBeGreaterThan(1)
})

test('a database whose target nobody has applied keeps the deployment from beginning', () => {
  const forgotten = [...database, { target: 'shard-2', rules: 'database.rules.json' }]
  expect(() => deploymentOf(forgotten)).toThrow('shard-2')
})
