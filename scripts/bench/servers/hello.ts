/** What every hello answers. */
export const HELLO = { hello: 'world' } as const
