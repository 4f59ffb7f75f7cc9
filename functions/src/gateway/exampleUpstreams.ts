import { defineSecret } from 'firebase-functions/params'
import type { Upstream } from './upstream.ts'

/**
 * Two upstreams to try the gateway with. They are declared in local runs alone, where `npm start` has a
 * fake of each (scripts/local/fakeUpstreams.ts): a deployed service answers 404 for them, and no
 * deployment asks for their secrets, which is why those are defined in a function.
 */
export const exampleUpstreams = (): readonly Upstream[] => [
  {
    name: 'weather',
    origin: 'https://weather.invalid',
    secret: { param: defineSecret('WEATHER_API_KEY'), goes: { in: 'query', name: 'appid' } },
    requestHeaders: ['accept-language'],
    responseHeaders: ['last-modified'],
    paths: [
      {
        methods: ['GET', 'HEAD'],
        template: '/v1/forecast/{city}',
        query: ['units', 'days'],
        // The weather is the same for everybody.
        cache: { for: 'public', ttlSecondsMax: 600 },
      },
      {
        methods: ['GET'],
        template: '/v1/alerts',
        query: ['region'],
        streams: true,
        // Until the app is tired of them, or the function's time is over.
        deadlines: { idleMs: 25_000, wholeMs: 29_000 },
      },
    ],
    limit: { quota: 60, windowSeconds: 60 },
  },
  {
    name: 'payments',
    origin: 'https://payments.invalid',
    secret: {
      param: defineSecret('PAYMENTS_API_TOKEN'),
      goes: { in: 'header', name: 'Authorization', prefix: 'Bearer ' },
    },
    fixedHeaders: { 'payments-version': '2026-01-01' },
    requestHeaders: ['idempotency-key'],
    paths: [
      { methods: ['POST'], template: '/v1/charges' },
      {
        methods: ['GET'],
        template: '/v1/charges/{id}',
        // Each install asks for its own.
        cache: { for: 'install', ttlSecondsMax: 60 },
      },
      { methods: ['POST'], template: '/v1/charges/{id}/refunds' },
    ],
    limit: { quota: 20, windowSeconds: 60 },
  },
]

/** With the examples besides, but for those whose name has been taken: a declaration goes before them. */
export const withExamples = (declared: readonly Upstream[]): readonly Upstream[] => [
  ...declared,
  ...exampleUpstreams().filter((example) => declared.every(({ name }) => name !== example.name)),
]
