import type { Request, Response } from 'express'
import { HELLO } from './hello.ts'

/** A function as the functions framework's documentation starts it. */
export function api(_req: Request, res: Response): void {
  res.json(HELLO)
}
