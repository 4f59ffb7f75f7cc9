import { LIMITS, parseTarget } from '@latchkey/protocol'
import { judged } from './expectation.ts'

const ACCEPTED = [
  { title: 'no query: @query is a lone question mark', target: '/api/installs/current' },
  { title: 'without the prefix, which is added', target: '/installs/current' },
  { title: 'a first segment that only starts like the prefix', target: '/apiary' },
  { title: 'a slash at the end stays', target: '/api/installs/' },
  { title: 'the prefix alone', target: '/api' },
  { title: 'case stays', target: '/API/Installs' },
  { title: 'a query', target: '/api/a?b=c' },
  {
    title: 'parameters keep their order, doubles and empty values',
    target: '/api/a?b=2&a=&b=1&&c',
  },
  { title: 'a plus sign is not a space', target: '/api/a?q=a+b%20c' },
  { title: 'a second question mark belongs to the query', target: '/api/a??' },
  { title: 'escapes stay as they are sent, upper case', target: '/api/K%C3%B6ln?q=%C3%B6' },
  { title: 'and lower case', target: '/api/K%c3%b6ln?q=%c3%b6' },
  { title: 'and needless ones', target: '/api/%61?%61=%62' },
  { title: 'every mark that a path may hold', target: "/api/-._~!$&'()*+,=:@" },
  {
    title: 'every mark that a query may hold',
    target: '/api/a?!"$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  },
  { title: 'dots inside a segment', target: '/api/.well-known/a..b/...' },
  {
    title: 'dots, slashes and escapes of them in a query',
    target: '/api/a?u=https://x/../y%2e%2f',
  },
  { title: 'as long as can be', target: `/api/${'a'.repeat(LIMITS.targetCharsMax - 5)}` },
]

const REFUSED = [
  { title: 'nothing', target: '' },
  { title: 'no slash', target: 'api/installs' },
  { title: 'an absolute URL', target: 'https://example.com/api/installs' },
  { title: 'a host in the path', target: '//example.com/api' },
  { title: 'an empty segment', target: '/api//installs' },
  { title: 'a dot segment', target: '/api/./installs' },
  { title: 'two dots', target: '/api/../installs' },
  { title: 'two dots at the end', target: '/api/installs/..' },
  { title: 'an escaped dot', target: '/api/%2e%2E/installs' },
  { title: 'an escaped slash', target: '/api%2finstalls' },
  { title: 'an escaped backslash', target: '/api%5Cinstalls' },
  { title: 'an escaped semicolon', target: '/api/installs%3Ba=b' },
  { title: 'an escaped zero byte', target: '/api/installs%00' },
  { title: 'an escaped line feed', target: '/api/installs%0A' },
  { title: 'an escaped DEL', target: '/api/installs%7F' },
  { title: 'a backslash', target: '/api\\installs' },
  { title: 'a path parameter', target: '/api/installs;a=b' },
  { title: 'a percent sign alone', target: '/api/100%' },
  { title: 'an escape that is none', target: '/api/%zz' },
  { title: 'a space', target: '/api/in stalls' },
  { title: 'a letter that is not escaped', target: '/api/café' },
  { title: 'an empty query, which would be signed as none', target: '/api/installs?' },
  { title: 'a fragment', target: '/api/installs?a#top' },
  { title: 'a space in the query', target: '/api/installs?a b' },
  { title: 'a letter in the query that is not escaped', target: '/api/installs?q=é' },
  { title: 'a line feed in the query', target: '/api/installs?a\nb' },
  { title: 'too long', target: `/api/${'a'.repeat(LIMITS.targetCharsMax - 4)}` },
]

export function targetVectors() {
  return {
    title: 'RFC 9421 sections 2.2.6 and 2.2.7: @path and @query of a request target',
    accepted: judged(
      ACCEPTED.map((it) => ({ ...it, ...parseTarget(it.target)! })),
      ({ path }) => path !== undefined,
    ),
    refused: judged(REFUSED, ({ target }) => parseTarget(target) === null),
  }
}
