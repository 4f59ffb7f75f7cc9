import { readFileSync } from 'node:fs'

import { inCheckout } from '../../../scripts/local/checkout.ts'
import { regionFaults, type Rewriting } from '../../../scripts/local/regionFaults.ts'

const rewriting = JSON.parse(readFileSync(inCheckout('firebase.json'), 'utf8')) as Rewriting

test.each([
  ['nothing is set', {}],
  ['only other params are', { '.env.my-app': 'APP_NAME=Events\n' }],
  ['both name one', { '.env.my-app': 'REGION=us-central1\n' }],
  ['the project’s own file wins', { '.env': 'REGION=x\n', '.env.my-app': 'REGION=us-central1\n' }],
])('firebase.json fits where %s', (_, files) => expect(regionFaults(rewriting, files)).toEqual([]))

test.each([
  ['.env', { '.env': 'REGION=europe-west1\n' }],
  ['.env.my-app', { '.env.my-app': 'REGION="europe-west1"\n' }],
  ['.env.my-app', { '.env': 'REGION=europe-west1\n', '.env.my-app': 'APP_NAME=Events\n' }],
])('a function that Hosting would look for elsewhere is told, by %s', (name, files) =>
  expect(regionFaults(rewriting, files)).toEqual([
    'the rewrite in firebase.json looks for the function api in us-central1, and REGION is ' +
      `europe-west1 (functions/${name}): set both to one region`,
  ]),
)
