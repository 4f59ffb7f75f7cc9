/**
 * UPSTREAM_ORIGINS of a local run: where fakes of upstreams are.
 * @param fakes of the examples, by name
 * @param own what the developer has set: it goes before a fake of the same name
 */
export function upstreamOrigins(fakes: Readonly<Record<string, string>>, own = ''): string {
  const pairs = own.split(',').filter((pair) => pair !== '')
  const taken = new Set(pairs.map((pair) => pair.split('=')[0]))
  const others = Object.entries(fakes).filter(([name]) => !taken.has(name))
  return [...others.map((pair) => pair.join('=')), ...pairs].join(',')
}
