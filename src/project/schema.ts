import { constants } from 'node:os'
import { z } from 'zod'

const clusterName = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/
const labelName = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

export const nameSchema = z
  .string()
  .regex(clusterName, 'must be 1 to 32 lower-case letters, digits and dashes, and begin and end with no dash')

const serviceName = z
  .string()
  .regex(
    labelName,
    'must be lower-case letters, digits and dashes, begin with a letter and end with no dash, and have at most 63 characters',
  )

const text = z.string().min(1, 'must not be empty')

const clusterSchema = z.strictObject({
  provider: z.enum(['kind', 'k3d', 'existing']).default('kind'),
  name: nameSchema.optional(),
  workers: z.int().min(0).max(20).optional(),
  kubernetes: z
    .string({ error: 'must be a string: write it in quotes, such as "1.33"' })
    .regex(/^v?\d+\.\d+(\.\d+)?$/, 'must be a version such as "1.33" or "1.33.4"')
    .optional(),
  ports: z.array(z.string()).optional().describe('HOST:NODE, such as "8080:80"'),
  mounts: z.array(z.string()).optional().describe('HOST-PATH:NODE-PATH[:ro] in every node'),
  labels: z.record(z.string(), z.string()).optional().describe('Labels of every node'),
  config: text.optional().describe('A kind or k3d configuration, merged under what devk sets'),
  context: text.optional().describe('With provider existing: the context of your kubeconfig'),
  remote: z.boolean().optional().describe('With provider existing: it may be a remote cluster'),
})

const buildSchema = z.union([
  text,
  z.strictObject({
    context: text,
    dockerfile: text.optional().describe('Relative to the project file; the context’s Dockerfile otherwise'),
    target: text.optional(),
    args: z.record(z.string(), z.string()).default({}),
    platforms: z.array(text).default([]),
    cacheFrom: z.array(text).default([]),
  }),
])

const deploySchema = z.union([
  text,
  z.strictObject({ path: text }),
  z.strictObject({
    chart: text,
    release: serviceName.optional().describe('The service’s name otherwise'),
    values: z.array(text).default([]),
    set: z.record(z.string(), z.string()).default({}),
  }),
])

const signalName = z
  .string()
  .regex(/^SIG[A-Z0-9]+$/, 'must be a signal such as SIGHUP')
  .refine(name => name in constants.signals, 'is no signal of this machine')

const syncSchema = z.strictObject({
  from: text.describe('A file or a folder'),
  to: text
    .regex(/^\//, 'must be absolute: it is a path in the container')
    .describe('Where it is in the container'),
  restart: z
    .union([
      z.enum(['none', 'process', 'container']),
      z.strictObject({ signal: signalName }),
      z.strictObject({ run: text }),
    ])
    .default('none')
    .describe('What follows once files were written: { signal: SIGHUP }, { run: "npm run build" }'),
  container: text
    .optional()
    .describe('Without it, what runs the service’s own image, or else the pod’s default container'),
  ignore: z.array(text).default([]).describe('Left out, in the notation of .gitignore'),
  gitignore: z.boolean().default(false).describe('What .gitignore files leave out is left out'),
})

const serviceSchema = z.strictObject({
  build: buildSchema.optional().describe('The folder with the Dockerfile, or how to build in full'),
  deploy: z
    .union([deploySchema, z.array(deploySchema)])
    .optional()
    .describe('A manifest, a folder of them, a kustomization or a Helm chart; or a list of such'),
  needs: z.array(text).default([]).describe('Services that must be ready before this one is deployed'),
  imagePaths: z
    .array(z.strictObject({ kind: text, path: text }))
    .default([])
    .describe('Where custom resources name images: kind Engine, path spec.image'),
  sync: z.array(syncSchema).default([]).describe('Sources that are written into running containers'),
  forward: z
    .array(z.union([text, z.int()]))
    .default([])
    .describe(
      'Ports of this machine that lead to its pods: "3000:8080", "5432", "8080:http", "auto:3000:8080"',
    ),
})

const dnsName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
    'must be lower-case letters, digits, dashes and dots, as Kubernetes names a Secret',
  )

const secretSchema = z.strictObject({
  name: dnsName.describe('The Secret’s'),
  file: text.describe('A SOPS file: yaml, json, dotenv, ini or binary'),
  key: text.optional().describe('What of it is taken: database.password; all of it otherwise'),
  entry: z
    .string()
    .regex(/^[-._a-zA-Z0-9]+$/, 'must be letters, digits, dashes, dots and underscores')
    .optional()
    .describe('What is taken becomes this one entry; each of its keys becomes one otherwise'),
  manifest: z.boolean().default(false).describe('The file is a Kubernetes Secret: its data is taken'),
  type: text
    .default('Opaque')
    .describe('Opaque, tls, dockerconfigjson, basic-auth, ssh-auth, or a type of your own'),
  namespaces: z.array(serviceName).min(1).optional().describe('The project’s otherwise'),
  remote: z.boolean().default(false).describe('It may go to a remote cluster'),
})

export const projectSchema = z.strictObject({
  name: nameSchema,
  namespace: serviceName.optional().describe('The name otherwise'),
  cluster: clusterSchema.optional(),
  secrets: z.array(secretSchema).default([]).describe('SOPS files that become Secrets'),
  services: z.record(serviceName, serviceSchema).default({}),
  logs: z
    .strictObject({ keep: text.optional().describe('How much is kept: 200MB unless told') })
    .optional()
    .describe('What its containers print'),
  profiles: z.record(z.string(), text).optional().describe('Overlays by name: files merged over this one'),
})

export type ProjectInput = z.infer<typeof projectSchema>
export type ClusterInput = z.infer<typeof clusterSchema>
export type ServiceInput = z.infer<typeof serviceSchema>
export type SecretInput = z.infer<typeof secretSchema>
export type SyncInput = z.infer<typeof syncSchema>
export type DeployInput = z.infer<typeof deploySchema>
