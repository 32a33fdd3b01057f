import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { docker, type kubectl } from './machine.ts'

interface Looked {
  /** Folders of this machine. */
  folders: readonly string[]
  kube: ReturnType<typeof kubectl>
  /** Whose environment is looked at, too. */
  processes: readonly number[]
  /** What was printed, by what printed it. */
  printed: Readonly<Record<string, string>>
}

/** The places where a secret is, as it is or in base64: on disk, in arguments, in Docker, in Kubernetes, in what was printed. */
export async function leaksOf(secret: string, looked: Looked): Promise<string[]> {
  const { folders, kube, processes, printed } = looked
  const forms = [Buffer.from(secret), Buffer.from(Buffer.from(secret).toString('base64').replace(/=+$/, ''))]
  const has = (bytes: Buffer | string) => forms.some(form => bytes.includes(form as Buffer & string))
  const found: string[] = []
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      if (has(await readFile(path).catch(() => Buffer.alloc(0)))) found.push(path)
    }
  }
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const files = ['cmdline', ...(processes.includes(Number(pid)) ? ['environ'] : [])]
    for (const file of files) {
      if (has(await readFile(join('/proc', pid, file)).catch(() => Buffer.alloc(0))))
        found.push(`${file} of process ${pid}`)
    }
  }
  const containers = (await docker('ps', '--all', '--quiet', '--no-trunc')).split('\n').filter(Boolean)
  for (const id of containers) {
    if (has(await docker('inspect', id).catch(() => ''))) found.push(`Docker’s container ${id}`)
  }
  for (const object of await allObjects(kube)) {
    if (has(JSON.stringify(object))) found.push(`${object.kind} ${object.metadata.name}`)
  }
  for (const [what, text] of Object.entries(printed)) if (has(text)) found.push(what)
  return found
}

interface Found {
  kind: string
  metadata: { name: string }
}

async function allObjects(kube: Looked['kube']): Promise<Found[]> {
  const kinds = (await kube(['api-resources', '--verbs=list', '--output=name'])).split('\n').filter(Boolean)
  const list = await kube([
    'get',
    kinds.join(','),
    '--all-namespaces',
    '--output=json',
    '--show-managed-fields',
  ])
  return (JSON.parse(list) as { items: Found[] }).items
}
