import { v7 as uuidv7, validate, version } from 'uuid'
import { SHARDS_MAX, makeShardMap, withShard, withShardOf } from '../../functions/src/shards.ts'

const urlsOf = (count: number) => Array.from({ length: count }, (_, n) => `https://db-${n}.app`)
const UIDS = Array.from({ length: 4000 }, (_, n) => `uid-${n}`)
const newId = () => uuidv7().replaceAll('-', '')
const dashed = (keyId: string) =>
  keyId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

describe('the place of a UID', () => {
  test('is always the same, whatever the order of the calls', () => {
    const [one, other] = [makeShardMap(urlsOf(5)), makeShardMap(urlsOf(5))]
    const places = UIDS.map((uid) => one.ofUid(uid))
    expect(UIDS.toReversed().map((uid) => other.ofUid(uid))).toEqual(places.toReversed())
  })

  test('is spread evenly: each of four has a quarter, give or take a tenth of it', () => {
    const shards = makeShardMap(urlsOf(4))
    const counts = [0, 0, 0, 0]
    for (const uid of UIDS) counts[shards.ofUid(uid)]! += 1
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100)
  })

  test('moves only to a database that is added', () => {
    const [three, four] = [makeShardMap(urlsOf(3)), makeShardMap(urlsOf(4))]
    const moved = UIDS.filter((uid) => three.ofUid(uid) !== four.ofUid(uid))
    expect(moved.every((uid) => four.ofUid(uid) === 3)).toBe(true)
    expect(Math.abs(moved.length - 1000)).toBeLessThan(100)
  })

  test('has been, at each length of the list, where it is said to have been', () => {
    const longest = makeShardMap(urlsOf(8))
    for (const uid of UIDS.slice(0, 500)) {
      const places = urlsOf(8).map((_, n) => makeShardMap(urlsOf(n + 1)).ofUid(uid))
      const now = longest.ofUid(uid)
      expect(places.at(-1)).toBe(now)
      expect(longest.formerOf(uid)).toEqual([...new Set(places)].filter((n) => n !== now))
    }
  })

  test('is known where there is one database', () => {
    const alone = makeShardMap(urlsOf(1))
    expect(UIDS.map((uid) => alone.ofUid(uid)).every((n) => n === 0)).toBe(true)
    expect(alone.formerOf('uid-1')).toEqual([])
  })
})

describe('the number in a key ID', () => {
  const all = makeShardMap(urlsOf(SHARDS_MAX))

  test('is read back, for each of the 256, and the ID stays a UUIDv7 of the same time', () => {
    for (let n = 0; n < SHARDS_MAX; n += 1) {
      const id = newId()
      const keyId = withShard(id, n)
      expect(all.ofKey(keyId)).toBe(n)
      expect(keyId).toMatch(/^[0-9a-f]{32}$/)
      expect(validate(dashed(keyId)) && version(dashed(keyId))).toBe(7)
      expect(keyId.slice(0, 12)).toBe(id.slice(0, 12))
    }
  })

  test('keeps IDs of one millisecond in their order', () => {
    const ids = Array.from({ length: 1000 }, () => uuidv7({ msecs: 1 }).replaceAll('-', ''))
    const marked = ids.map((id, n) => withShard(id, n % SHARDS_MAX))
    const inOrder = ids.map((id, n) => [id, marked[n]!] as const).sort()
    expect(inOrder.map(([, keyId]) => keyId)).toEqual(marked.toSorted())
  })

  test('is inherited by a successor', () => {
    expect(all.ofKey(withShardOf(newId(), withShard(newId(), 201)))).toBe(201)
  })

  test('beyond the list is none', () => {
    expect(makeShardMap(urlsOf(3)).ofKey(withShard(newId(), 3))).toBeUndefined()
    expect(makeShardMap(urlsOf(1)).ofKey(withShard(newId(), 1))).toBeUndefined()
  })
})
