import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { makeAddressOf } from '../../../functions/src/http/clientAddress.ts'

/** A request whose socket's other end is `peer`. */
function from(peer: string | undefined, forwardedFor?: string): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const req = new IncomingMessage(socket)
  if (forwardedFor !== undefined) req.headers['x-forwarded-for'] = forwardedFor
  return req
}

const addressOf = (
  req: IncomingMessage,
  trustedProxyHops: number,
  trustedProxies: readonly string[] = [],
): string => makeAddressOf({ trustedProxyHops, trustedProxies })(req)

const PROXY = '169.254.8.129'

describe('the client is the right-most hop before the trusted proxies', () => {
  const CASES: [
    title: string,
    peer: string,
    forwardedFor: string | undefined,
    hops: number,
    client: string,
  ][] = [
    [
      'no proxy is trusted: the header says nothing',
      '203.0.113.9',
      '198.51.100.1',
      0,
      '203.0.113.9',
    ],
    ['one proxy', PROXY, '198.51.100.1', 1, '198.51.100.1'],
    ['one proxy, one forged hop', PROXY, '10.0.0.1, 198.51.100.1', 1, '198.51.100.1'],
    [
      'one proxy, many forged hops',
      PROXY,
      '1.1.1.1,2.2.2.2, 3.3.3.3 ,198.51.100.1',
      1,
      '198.51.100.1',
    ],
    [
      'one proxy, a forged hop that is no address',
      PROXY,
      '<script>, 198.51.100.1',
      1,
      '198.51.100.1',
    ],
    [
      'one proxy, the proxy itself as a forged hop',
      PROXY,
      `${PROXY}, 198.51.100.1`,
      1,
      '198.51.100.1',
    ],
    ['two proxies', PROXY, '10.0.0.1, 198.51.100.1, 35.191.0.1', 2, '198.51.100.1'],
    ['a proxy that appends nothing', PROXY, undefined, 1, PROXY],
    ['what the proxy appends is no address', PROXY, '198.51.100.1, unknown', 1, 'unknown'],
    ['an empty header', PROXY, '', 1, PROXY],
  ]
  test.each(CASES)('%s', (_title, peer, forwardedFor, hops, client) => {
    expect(addressOf(from(peer, forwardedFor), hops)).toBe(client)
  })
  test('a socket without an address is nobody in particular', () => {
    expect(addressOf(from(undefined), 0)).toBe('unknown')
  })
})

describe('with two ways in, one of them through a CDN whose addresses are known', () => {
  const CDN = ['34.96.0.0/20', '2600:1901::/32', '203.0.113.77']
  const CASES: [title: string, forwardedFor: string, client: string][] = [
    ['through the CDN', '198.51.100.1, 34.96.3.4', '198.51.100.1'],
    ['through the CDN, by IPv6', '198.51.100.1, 2600:1901:0:1::5', '198.51.100.1'],
    ['through two hops of it', '198.51.100.1, 203.0.113.77, 34.96.3.4', '198.51.100.1'],
    ['through the CDN, with forged hops', '1.1.1.1, 198.51.100.1, 34.96.3.4', '198.51.100.1'],
    [
      'through the CDN, which is forged as well',
      '34.96.0.1, 198.51.100.1, 34.96.3.4',
      '198.51.100.1',
    ],
    ['directly', '198.51.100.1', '198.51.100.1'],
    ['directly, with a hop of its own making', '9.9.9.9, 198.51.100.1', '198.51.100.1'],
    [
      'directly, pretending to come through the CDN',
      '9.9.9.9, 34.96.3.4, 198.51.100.1',
      '198.51.100.1',
    ],
    ['from beside the range', '9.9.9.9, 34.96.16.1', '34.96.16.1'],
  ]
  test.each(CASES)('%s', (_title, forwardedFor, client) => {
    expect(addressOf(from(PROXY, forwardedFor), 1, CDN)).toBe(client)
  })
})

describe('one subscriber is one client', () => {
  const of = (address: string) => addressOf(from(address), 0)

  test('all addresses of a /56, however they are written', () => {
    const one = of('2001:db8:aa:bb00::1')
    expect(of('2001:db8:aa:bbff:ffff:ffff:ffff:ffff')).toBe(one)
    expect(of('2001:DB8:AA:BB42:0:0:0:1')).toBe(one)
    expect(of('2001:0db8:00aa:bb01::')).toBe(one)
  })
  test('the next /56 is another', () => {
    expect(of('2001:db8:aa:bc00::1')).not.toBe(of('2001:db8:aa:bb00::1'))
  })
  test('an IPv4 address mapped into IPv6 is that IPv4 address', () => {
    expect(of('::ffff:198.51.100.7')).toBe('198.51.100.7')
    expect(of('::ffff:c633:6407')).toBe('198.51.100.7')
  })
  test('IPv4 neighbours are two', () => {
    expect(of('198.51.100.7')).not.toBe(of('198.51.100.8'))
  })
})
