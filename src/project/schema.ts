import { z } from 'zod'

const clusterName = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/

export const nameSchema = z
  .string()
  .regex(clusterName, 'must be 1 to 32 lower-case letters, digits and dashes, and begin and end with no dash')

const madeCluster = z.strictObject({
  provider: z.enum(['kind', 'k3d']).default('kind'),
  name: nameSchema.optional(),
  workers: z.int().min(0).max(20).default(0),
  kubernetes: z
    .string({ error: 'must be a string: write it in quotes, such as "1.33"' })
    .regex(/^v?\d+\.\d+(\.\d+)?$/, 'must be a version such as "1.33" or "1.33.4"')
    .optional(),
  ports: z.array(z.string()).default([]),
  mounts: z.array(z.string()).default([]),
  labels: z.record(z.string(), z.string()).default({}),
  config: z.string().optional(),
})

const existingCluster = z.strictObject({
  provider: z.literal('existing'),
  context: z.string().min(1),
  remote: z.boolean().default(false),
})

const clusterSchema = z.preprocess(
  value =>
    typeof value === 'object' && value !== null && !('provider' in value)
      ? { provider: 'kind', ...value }
      : value,
  z.discriminatedUnion('provider', [
    madeCluster.extend({ provider: z.literal('kind') }),
    madeCluster.extend({ provider: z.literal('k3d') }),
    existingCluster,
  ]),
)

export const projectSchema = z.strictObject({
  name: nameSchema,
  namespace: z.string().optional(),
  cluster: clusterSchema.optional(),
  secrets: z.unknown().optional(),
  services: z.unknown().optional(),
  profiles: z.unknown().optional(),
})
