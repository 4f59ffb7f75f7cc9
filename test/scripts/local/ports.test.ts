import { createServer, type Server } from 'node:net'

import { anyFreePorts, findPorts, usualPorts } from '../../../scripts/local/ports.ts'

const listen = (port: number) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })

/** An offset where every port is free, so that the test does not depend on what runs on this machine. */
async function freeOffset(): Promise<number> {
  for (let offset = 20_000; offset < 50_000; offset += 137) {
    if ((await findPorts(offset)).moved.length === 0) return offset
  }
  throw new Error('no free range')
}

test('the offset moves every port by the same number', async () => {
  const offset = await freeOffset()
  const { ports } = await findPorts(offset)
  for (const [part, port] of Object.entries(usualPorts)) {
    expect(ports[part as keyof typeof ports]).toBe(port + offset)
  }
})

test('a taken port is told and the next free one used, and no two parts get the same', async () => {
  const offset = await freeOffset()
  const taken = usualPorts.hosting + offset
  const server = await listen(taken)
  try {
    const { ports, moved } = await findPorts(offset)
    // Hosting takes the port of functions, which is next to it, so functions moves as well.
    expect(moved).toEqual([
      { part: 'hosting', from: taken, to: taken + 1 },
      { part: 'functions', from: taken + 1, to: taken + 2 },
    ])
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(usualPorts).length)
  } finally {
    server.close()
  }
})

test('no part gets a port that browsers refuse', async () => {
  const { ports } = await findPorts(1000)
  expect(Object.values(ports)).not.toContain(6000)
})

test('ports for another run are all different, can be listened on, and are none that the system hands out', async () => {
  const ports = Object.values(await anyFreePorts())
  expect(new Set(ports).size).toBe(ports.length)
  expect(Math.max(...ports)).toBeLessThan(32_768)
  const servers = await Promise.all(ports.map(listen))
  for (const server of servers) server.close()
  expect(servers).toHaveLength(ports.length)
})
