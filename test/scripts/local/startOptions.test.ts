import { parseStartOptions } from '../../../scripts/local/startOptions.ts'

test('without arguments: the usual ports, our database, no watching', () => {
  expect(parseStartOptions([])).toEqual({
    help: false,
    watch: false,
    officialDatabase: false,
    portOffset: 0,
  })
})

test('every option is read', () => {
  const args = ['--port-offset', '100', '--official-database', '--watch', '--help']
  expect(parseStartOptions(args)).toEqual({
    help: true,
    watch: true,
    officialDatabase: true,
    portOffset: 100,
  })
})

test.each(['-1', '1.5', '50001', 'x', '', '1e3'])('an offset of "%s" is refused', (offset) => {
  expect(() => parseStartOptions([`--port-offset=${offset}`])).toThrow('whole number')
})

test.each([
  ['an unknown option', '--port', 'Unknown option'],
  ['an argument', 'extra', 'Unexpected argument'],
  ['a missing number', '--port-offset', 'argument missing'],
])('%s is refused', (_, argument, message) => {
  expect(() => parseStartOptions([argument])).toThrow(message)
})
