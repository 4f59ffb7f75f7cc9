import { z } from 'zod'
import type * as mini from 'zod/mini'

/** What a field of a request means, by its name. */
export type FieldTexts = Readonly<Record<string, { description: string; example: unknown }>>

/**
 * The service checks bodies with `zod/mini`, which starts faster; zod-to-openapi calls methods that only
 * zod's own classes have. Both have the same definitions, so these are given to those classes. Knows what
 * the bodies of this service are made of, and throws at anything else.
 */
export function lift(schema: mini.ZodMiniType, texts: FieldTexts): z.ZodType {
  const def = (schema as unknown as z.ZodType).def
  if (isOf(def, 'object')) {
    const shape = Object.fromEntries(
      Object.entries(def.shape).map(([name, field]) => {
        const text = texts[name]
        if (text === undefined) throw new TypeError(`no description of the field ${name}`)
        const { description, example } = text
        const lifted = lift(field as mini.ZodMiniType, texts)
        // Where one value alone is possible, it is said already; the same name may take another elsewhere
        // (`kty` of a key with RSA and of one with a curve).
        const examples = isOneValue(lifted) ? {} : { examples: [example] }
        return [name, lifted.meta({ description, ...examples })]
      }),
    )
    return new z.ZodObject({ ...def, shape })
  }
  if (isOf(def, 'optional')) {
    return new z.ZodOptional({
      ...def,
      innerType: lift(def.innerType as mini.ZodMiniType, texts),
    })
  }
  if (isOf(def, 'string')) {
    const lifted = new z.ZodString(def)
    const [pattern] = (def.checks ?? []).map(
      ({ _zod }) => (_zod.def as { pattern?: RegExp }).pattern,
    )
    // zod-to-openapi would write a flag of the expression into the pattern.
    return pattern === undefined ? lifted : lifted.meta({ pattern: pattern.source })
  }
  if (isOf(def, 'union')) {
    const options = def.options.map((option) => lift(option as mini.ZodMiniType, texts))
    return isByMember(def)
      ? new z.ZodDiscriminatedUnion({ ...def, options })
      : new z.ZodUnion({ ...def, options })
  }
  if (isOf(def, 'array')) {
    return new z.ZodArray({ ...def, element: lift(def.element as mini.ZodMiniType, texts) })
  }
  if (isOf(def, 'literal')) return new z.ZodLiteral(def)
  if (isOf(def, 'boolean')) return new z.ZodBoolean(def)
  throw new TypeError(`a body with a schema of type ${def.type}`)
}

function isOneValue(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodOptional) return isOneValue(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodLiteral
}

const isByMember = (def: z.core.$ZodUnionDef): def is z.core.$ZodDiscriminatedUnionDef =>
  'discriminator' in def

interface Defs {
  readonly object: z.core.$ZodObjectDef
  readonly optional: z.core.$ZodOptionalDef
  readonly string: z.core.$ZodStringDef
  readonly union: z.core.$ZodUnionDef
  readonly array: z.core.$ZodArrayDef
  readonly literal: z.core.$ZodLiteralDef<string>
  readonly boolean: z.core.$ZodBooleanDef
}

const isOf = <Type extends keyof Defs>(def: z.core.$ZodTypeDef, type: Type): def is Defs[Type] =>
  def.type === type
