import type { ErrorCode } from '@latchkey/protocol'
import type { z } from 'zod'
import type * as mini from 'zod/mini'
import type { FieldTexts } from './lift.ts'

/** What the document says of an operation that the route map does not know. */
export interface Operation {
  readonly id: string
  readonly tag: Tag
  readonly summary: string
  /** Markdown. */
  readonly description: string
  readonly body?: Body
  readonly answer: Success
  /** Besides those of every route and those that its guard brings (see codesOf.ts). */
  readonly codes?: readonly ErrorCode[]
  /** Takes `Idempotency-Key`. */
  readonly isIdempotent?: boolean
  /** Takes an ID token, and need not. */
  readonly takesIdToken?: boolean
}

export type Tag = 'Service' | 'Installs' | 'Accounts' | 'Gateway'

export interface Body {
  /** Its name in the document. */
  readonly name: string
  readonly description: string
  /** It may be left out. */
  readonly isOptional?: boolean
  readonly schema: mini.ZodMiniType
  readonly fields: FieldTexts
  readonly examples: Readonly<Record<string, { readonly summary: string; readonly value: object }>>
}

export interface Success {
  readonly status: 200 | 202
  readonly description: string
  readonly schema: z.ZodType
  readonly example: object
}
