import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { makeProgram } from '../../../scripts/ops/program.ts'

const page = readFileSync(join(__dirname, '../../../docs/operate.md'), 'utf8')
const program = makeProgram(() => undefined)

/** Every command that does something, by its full name. */
function commandsOf(command: Command, before: readonly string[] = []): [string, Command][] {
  return command.commands.flatMap((each): [string, Command][] => {
    const path = [...before, each.name()]
    return each.commands.length > 0 ? commandsOf(each, path) : [[path.join(' '), each]]
  })
}
const COMMANDS = new Map(commandsOf(program))

/** The table of commands: name to example. */
const EXAMPLES = new Map(
  [...page.matchAll(/^\| `([a-z ]+)` +\| `npm run (?:-s )?ops -- (.+)` +\|$/gm)].map((match) => [
    match[1]!,
    match[2]!,
  ]),
)

test('every command has its example on the page, and no other has', () => {
  expect([...EXAMPLES.keys()].sort()).toEqual([...COMMANDS.keys()].sort())
})

test.each([...EXAMPLES])(
  'the example of %s is that of this command, with options that it has',
  (name, example) => {
    const command = COMMANDS.get(name)!
    expect(example).toContain(name)
    const known = [...program.options, ...command.options].map(({ long }) => long)
    for (const [option] of example.matchAll(/--[a-z-]+/g)) expect(known).toContain(option)
  },
)

test('every option that the page names is one', () => {
  const known = [program, ...COMMANDS.values()].flatMap(({ options }) =>
    options.map(({ long }) => long),
  )
  const others = ['--only', '--data-file']
  for (const [option] of page.matchAll(/--[a-z][a-z-]+/g)) {
    if (!others.includes(option)) expect(known).toContain(option)
  }
})

test('the exit codes of the page are those of --help', () => {
  let help = ''
  program.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  for (const code of [0, 1, 2, 3]) {
    expect(page).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'))
    expect(help).toContain(`${code} `)
  }
})
