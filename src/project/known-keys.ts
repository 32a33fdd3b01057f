import { z } from 'zod'

/** The keys that the schema knows at a place of the file. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [key, ...rest] = path
  const within = unwrap(schema)
  if (key === undefined)
    return within.flatMap(found => (found instanceof z.ZodObject ? Object.keys(found.shape) : []))
  return within.flatMap(found => {
    const next = child(found, key)
    return next ? knownKeys(next, rest) : []
  })
}

function child(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)]
  if (schema instanceof z.ZodRecord) return schema.valueType
  if (schema instanceof z.ZodArray) return schema.element
  return undefined
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap())
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap)
  return [schema]
}
