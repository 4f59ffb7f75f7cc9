import express from 'express'
import { HELLO } from './hello.ts'

/** Express as its documentation starts it, with the parser that a JSON API needs. */
const app = express()
app.use(express.json())
app.all('/{*any}', (_req, res) => {
  res.json(HELLO)
})
app.listen(Number(process.env['PORT']), '127.0.0.1')
