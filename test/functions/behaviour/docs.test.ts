import { FEATURES } from '../../../functions/src/behaviour/features.ts'
import { RULES } from '../../../functions/src/behaviour/rules.ts'
import type { Feature } from '../../../functions/src/behaviourSettings.ts'
import { rowsOf, sectionOf } from '../../docs/harness/pages.ts'

test('the page of behaviour has the rules as the code has them', () => {
  const [, ...rows] = rowsOf(sectionOf('docs/behaviour.md', '## The rules'))
  const wanted = Object.entries(RULES).map(([feature, rule]) => [
    `\`${feature}\``,
    FEATURES[feature as Feature],
    ...[rule.from, rule.full, rule.weight].map(String),
    ...[rule.causedBy, rule.reason, rule.honest],
  ])
  expect(rows).toEqual(wanted)
})
