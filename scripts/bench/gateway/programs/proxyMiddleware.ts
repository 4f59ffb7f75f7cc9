import { Agent } from 'node:http'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'

/** Express and http-proxy-middleware as its documentation joins them; it verifies nothing and keeps nothing. */
const app = express()
app.use(
  '/api/proxy/bench',
  createProxyMiddleware({
    target: process.env['BENCH_UPSTREAM']!,
    changeOrigin: true,
    // By itself it makes a connection for each request.
    ...(process.env['BENCH_KEEP_ALIVE'] === 'true' && { agent: new Agent({ keepAlive: true }) }),
  }),
)
app.listen(Number(process.env['PORT']), '127.0.0.1')
