import { Audience } from '../../rtdb/src/audience.ts'
import { nobody } from '../../rtdb/src/auth.ts'
import { Listener, type Delivery } from '../../rtdb/src/listener.ts'
import { Grounds } from '../../rtdb/src/rules/index.ts'
import { parsePath, parseTree, withNodeAt, type Tree } from '../../rtdb/src/tree/index.ts'

const DATA = parseTree({ rooms: { a: 1, b: 2 }, members: { a: true, b: true } }, { now: 0 })

let audience = new Audience()
beforeEach(() => (audience = new Audience()))

/** Admits a listener whose permission rests on these paths, and gives it with what it will be told. */
function admit(at: string, grounds: string[] = [], { clock = false, tagged = false } = {}) {
  const deliveries: Delivery[] = []
  const listener = new Listener(
    {
      ...{ path: parsePath(at), query: null, tagged, holder: { identity: nobody } },
      deliver: (delivery) => deliveries.push(delivery),
      revoked: () => undefined,
    },
    null,
    true,
  )
  const found = new Grounds()
  found.paths.push(...grounds.map(parsePath))
  found.clock = clock
  audience.admit(listener, found)
  return { listener, deliveries }
}

function write(at: string, value: unknown, before: Tree = DATA) {
  const path = parsePath(at)
  const after = withNodeAt(before, path, parseTree(value, { now: 0 }))
  return { before, after, paths: [path], base: undefined }
}

test('only the listener whose data a write changes is told', () => {
  const [a, b, all] = [admit('/rooms/a'), admit('/rooms/b'), admit('/')]
  audience.notify(write('/rooms/a', 5))
  expect([a, b, all].map(({ deliveries }) => deliveries.length)).toEqual([1, 0, 1])
  audience.notify(write('/rooms', { b: 2 }))
  expect([a, b, all].map(({ deliveries }) => deliveries.length)).toEqual([2, 1, 2])
})

test('only a permission that rests on what a write has changed is doubtful', () => {
  const [a, b] = [admit('/rooms/a', ['/members/a']), admit('/rooms/b', ['/members/b'])]
  const free = admit('/rooms/a')
  const doubtful = (at: string, value: unknown) => [...audience.doubtful(write(at, value))]
  expect(doubtful('/members/a', null)).toEqual([a.listener])
  expect(doubtful('/members', null)).toEqual([a.listener, b.listener])
  expect(doubtful('/members/a/name', 'x')).toEqual([a.listener])
  expect(doubtful('/rooms/a', 5)).toEqual([])
  expect(doubtful('/members/c', true)).toEqual([])
  expect([...audience.all]).toEqual([a.listener, b.listener, free.listener])
})

test('a permission that rests on the clock is doubtful before its holder is told anything', () => {
  const { listener } = admit('/rooms/a', [], { clock: true })
  expect([...audience.doubtful(write('/rooms/a', 5))]).toEqual([listener])
  expect([...audience.doubtful(write('/rooms/b', 5))]).toEqual([])
})

test('a listener admitted again rests on its new grounds only', () => {
  const { listener } = admit('/rooms/a', ['/members/a'])
  audience.admit(listener, Object.assign(new Grounds(), { paths: [['members', 'b']] }))
  expect([...audience.doubtful(write('/members/a', null))]).toEqual([])
  expect([...audience.doubtful(write('/members/b', null))]).toEqual([listener])
})

test('one that has left is neither told nor doubtful', () => {
  const { listener, deliveries } = admit('/rooms/a', ['/members/a'])
  audience.remove(listener)
  audience.notify(write('/rooms/a', 5))
  expect(deliveries).toEqual([])
  expect([...audience.doubtful(write('/members/a', null)), ...audience.all]).toEqual([])
})

test('listeners with a tag are told first', () => {
  const order: string[] = []
  const [plain, tagged] = [admit('/rooms'), admit('/rooms', [], { tagged: true })]
  plain.listener.request.deliver = () => order.push('plain')
  tagged.listener.request.deliver = () => order.push('tagged')
  audience.notify(write('/rooms/a', 5))
  expect(order).toEqual(['tagged', 'plain'])
})
