import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DevkError, errorCode } from '../base/errors.ts'
import { writeFileAtomic } from '../base/write-file.ts'

const port = z.object({
  address: z.string(),
  host: z.number(),
  node: z.number(),
  protocol: z.enum(['tcp', 'udp']),
})
const mount = z.object({ from: z.string(), to: z.string(), readOnly: z.boolean() })

const record = z.object({
  spec: z.object({
    name: z.string(),
    provider: z.enum(['kind', 'k3d']),
    workers: z.number(),
    kubernetes: z.string().optional(),
    ports: z.array(port),
    mounts: z.array(mount),
    labels: z.record(z.string(), z.string()),
    config: z.object({ path: z.string(), content: z.string() }).optional(),
  }),
  /**
   *   creating ──► finishing ──► made ──► deleting ──► (no record)
   * Killed in `creating`, a cluster is taken away and made again; in `finishing`, it is finished.
   */
  phase: z.enum(['creating', 'finishing', 'made', 'deleting']),
  createdAt: z.string(),
  image: z.string().optional(),
  registryPort: z.number().optional(),
  nodeCount: z.number().optional(),
  /** Kubeconfigs of the user's that a context of the cluster was added to. */
  mergedInto: z.array(z.string()).optional(),
})

/** What devk made, and how far it got. On disk before it is done, so that a killed devk can be continued. */
export type ClusterRecord = z.infer<typeof record>

/** Where a node carries its cluster's record, for a devk that has lost its own. */
export const MARKER = '/etc/devk/cluster.json'

export interface RecordStore {
  folder(name: string): string
  lock(name: string): string
  kubeconfig(name: string): string
  list(): Promise<string[]>
  read(name: string): Promise<ClusterRecord | undefined>
  write(record: ClusterRecord): Promise<void>
  remove(name: string): Promise<void>
}

export function recordStore(state: string): RecordStore {
  const root = join(state, 'clusters')
  const folder = (name: string) => join(root, name)
  const file = (name: string) => join(folder(name), 'record.json')
  return {
    folder,
    lock: name => join(root, `${name}.lock`),
    kubeconfig: name => join(folder(name), 'kubeconfig'),
    async list() {
      const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
      return entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
    },
    async read(name) {
      try {
        return parseRecord(await readFile(file(name), 'utf8'), file(name))
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined
        throw error
      }
    },
    write: record => writeFileAtomic(file(record.spec.name), `${JSON.stringify(record, null, 2)}\n`),
    remove: name => rm(folder(name), { recursive: true, force: true }),
  }
}

export function parseRecord(text: string, origin: string): ClusterRecord {
  try {
    return record.parse(JSON.parse(text))
  } catch (cause) {
    throw new DevkError({
      code: 'STATE_BROKEN',
      message: `${origin} can't be read, so devk does not know what it made.`,
      hint: 'Remove that file: devk then reads the record that the cluster itself carries.',
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}
