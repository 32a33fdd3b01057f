import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { closest, distance } from 'fastest-levenshtein'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { DevkError } from '../base/errors.ts'
import type { AskedCluster } from '../model/cluster.ts'
import { parseMount } from '../model/mount.ts'
import { parsePortMapping } from '../model/port-mapping.ts'
import { projectSchema } from './schema.ts'

export interface Project {
  file: string
  name: string
  cluster: AskedCluster
}

/** Reads and checks a project file. Throws PROJECT_INVALID with each fault's line, column and value. */
export async function readProject(file: string): Promise<Project> {
  const lines = new LineCounter()
  const document = parseDocument(await readFile(file, 'utf8'), { lineCounter: lines })
  const syntax = document.errors.map(({ message, linePos }) => {
    return `${file}:${linePos?.[0].line ?? 1}:${linePos?.[0].col ?? 1}: ${message.split('\n')[0]}`
  })
  if (syntax.length > 0) throw invalid(file, syntax)
  const result = projectSchema.safeParse(document.toJS())
  if (!result.success) {
    throw invalid(
      file,
      result.error.issues.map(issue => describe(issue, document, lines, file)),
    )
  }
  const { name, cluster } = result.data
  return { file, name, cluster: await resolveCluster(cluster ?? defaultCluster, name, file) }
}

type ClusterSection = NonNullable<z.infer<typeof projectSchema>['cluster']>

const defaultCluster: ClusterSection = { provider: 'kind', workers: 0, ports: [], mounts: [], labels: {} }

async function resolveCluster(section: ClusterSection, project: string, file: string): Promise<AskedCluster> {
  if (section.provider === 'existing') return { name: project, ...section }
  const { config, mounts, name = project, ports, ...rest } = section
  const folder = dirname(file)
  return {
    ...rest,
    name,
    ports: ports.map(parsePortMapping),
    mounts: mounts.map(text => parseMount(text, folder)),
    config: config === undefined ? undefined : await readConfig(resolve(folder, config)),
  }
}

export async function readConfig(path: string): Promise<{ path: string; content: string }> {
  try {
    return { path, content: await readFile(path, 'utf8') }
  } catch (cause) {
    throw new DevkError({
      code: 'PROJECT_INVALID',
      message: `The cluster configuration ${path} can't be read: ${(cause as Error).message}`,
      hint: 'Correct the path in cluster.config, or remove it.',
      cause,
    })
  }
}

function describe(issue: z.core.$ZodIssue, document: Document, lines: LineCounter, file: string): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = unknown === undefined ? issue.path : [...issue.path, unknown]
  const { line, col } = position(document, lines, path)
  const name = path.join('.') || 'the file'
  const where = `${file}:${line}:${col}: ${name}`
  if (unknown !== undefined) return `${where} is not known${nearest(unknown, issue.path.join('.'))}`
  const value: unknown = document.getIn(path)
  const shown = value === undefined || typeof value === 'object' ? '' : `: ${JSON.stringify(value)}`
  return `${where} ${issue.message.replace(/^Invalid input: /, 'is wrong: ')}${shown}`
}

/** Where the key or value stands, or the nearest that encloses it. */
function position(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): { line: number; col: number } {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0])
  }
  return { line: 1, col: 1 }
}

const known: Record<string, string[]> = {
  '': ['name', 'namespace', 'cluster', 'secrets', 'services', 'profiles'],
  cluster: [
    'provider',
    'name',
    'workers',
    'kubernetes',
    'ports',
    'mounts',
    'labels',
    'config',
    'context',
    'remote',
  ],
}

function nearest(key: string, path: string): string {
  const names = known[path] ?? []
  const candidate = names.length > 0 ? closest(key, names) : ''
  return candidate && distance(key, candidate) <= 3 ? `; did you mean ${candidate}?` : ''
}

function invalid(file: string, faults: readonly string[]): DevkError {
  return new DevkError({
    code: 'PROJECT_INVALID',
    message: `${file} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}. Nothing was changed.`,
    detail: faults.join('\n'),
    hint: 'Correct what is named, then run this again.',
  })
}
