/**
 * Sent with every call, for services that demand it of browsers: a form on somebody else's page cannot
 * send it, and a script there only if the service lists its origin.
 */
export const REQUESTED_WITH = { 'x-requested-with': 'Latchkey' } as const
