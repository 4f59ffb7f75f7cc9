import { get, ref, type Database } from 'firebase/database'
import type { DatabaseExchange } from './exchange.ts'

/** Reads a path once, as whoever is signed in; a refusal is an answer as well. */
export async function readDatabase(
  database: Database,
  who: Pick<DatabaseExchange, 'actor' | 'uid' | 'path'>,
): Promise<DatabaseExchange> {
  try {
    const value: unknown = (await get(ref(database, who.path))).val()
    return { kind: 'database', ...who, answer: { value } }
  } catch (error) {
    return { kind: 'database', ...who, answer: { refusal: refusalIn(error) } }
  }
}

const refusalIn = (error: unknown): string =>
  /permission.denied/i.test(String(error)) ? 'permission_denied' : String(error)
