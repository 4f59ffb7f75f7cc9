import { v7 as uuidv7 } from 'uuid'

/** A UUIDv7 (RFC 9562) as 32 hex digits, as the service makes them. */
export const newId = (): string => uuidv7().replaceAll('-', '')
