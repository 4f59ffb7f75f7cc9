import { cpuOf, type Lab } from '../lab.ts'
import { percentile } from '../percentile.ts'
import type { BenchProcess } from '../serverProcess.ts'
import type { Figure } from './figure.ts'
import { inFlight } from './inFlight.ts'
import { PROGRAMS } from './programs.ts'
import { connectWire, type Wire } from './wire.ts'

const ROUNDS = 9
const WARM_UP = 2
const WRITES = 5000
const OTHERS = 1000

/** Whether somebody may listen depends on data elsewhere, as memberships do. */
const RULES = `{"rules": {
  "members": {".write": "auth.uid === 'writer'"},
  "rooms": {"$room": {
    ".read": "root.child('members').child($room).child(auth.uid).val() === true",
    ".write": "auth.uid === 'writer'"
  }}
}}`

/** What a write to a listened room costs the server, while nobody else listens and while 1,000 listen to rooms of their own. */
export async function listenerFigures(lab: Lab): Promise<Figure[]> {
  const [alone, among] = [await audienceOf(lab, 1), await audienceOf(lab, 1 + OTHERS)]
  const costs: [number, number][] = []
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const cost: [number, number] = [await costOfWrite(alone), await costOfWrite(among)]
    if (round >= WARM_UP) costs.push(cost)
  }
  const told = [...among.reader.pushes.entries()].filter(([path]) => path !== ROOM)
  const [one, many] = [0, 1].map((i) =>
    percentile(
      costs.map((cost) => cost[i]!),
      0.25,
    ),
  )
  ;[alone, among].forEach(({ reader, writer }) => [reader, writer].forEach((wire) => wire.close()))
  return [
    { what: 'CPU per write with 1 listener', value: one!, unit: 'µs' },
    { what: `… and ${OTHERS} more on paths of their own`, value: many!, unit: 'µs' },
    { what: '… ratio', value: many! / one!, unit: '×', atMost: 1.25 },
    { what: '… listeners not concerned that were told', value: told.length, unit: '', atMost: 0 },
  ]
}

const ROOM = 'rooms/r0'

interface Audience {
  readonly server: BenchProcess
  readonly reader: Wire
  readonly writer: Wire
}

async function audienceOf(lab: Lab, listeners: number): Promise<Audience> {
  const server = lab.start(PROGRAMS.server, { args: [RULES] })
  const url = await server.heard<string>()
  const [reader, writer] = [await connectWire(url), await connectWire(url)]
  await writer.request('gauth', { cred: 'owner', authvar: { uid: 'writer' } })
  await reader.request('gauth', { cred: 'owner', authvar: { uid: 'reader' } })
  for (let i = 0; i < listeners; i++) {
    await writer.request('p', { p: `/members/r${i}/reader`, d: true })
    await reader.request('q', { p: `/rooms/r${i}`, h: '' })
  }
  // The first answers of listening are pushes, too.
  ;(reader.pushes as Map<string, number>).clear()
  return { server, reader, writer }
}

async function costOfWrite({ server, writer }: Audience): Promise<number> {
  const used = await cpuOf(server)
  await inFlight(WRITES, (i) => writer.request('p', { p: `/${ROOM}`, d: { n: i } }))
  return ((await cpuOf(server)) - used) / WRITES
}
