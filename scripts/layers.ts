/** The layers of src/, lowest first. Imports go down this list only. */
export const layers = [
  'base',
  'model',
  'protocol',
  'project',
  'exec',
  'docker',
  'kube',
  'secrets',
  'watch',
  'forward',
  'logs',
  'sync',
  'cluster',
  'engine',
  'resources',
  'daemon',
  'client',
  'cli',
] as const

export type Layer = (typeof layers)[number]

/** Layers that may see less than all that is below them. */
const narrowed: Partial<Record<Layer, readonly Layer[]>> = {
  model: ['base'],
  protocol: ['base', 'model'],
  exec: ['base'],
  docker: ['base', 'model', 'exec'],
  kube: ['base', 'model', 'exec'],
  secrets: ['base', 'model', 'exec'],
  forward: ['base', 'model', 'exec'],
  logs: ['base', 'model'],
  watch: ['base', 'model'],
  sync: ['base', 'model'],
  engine: ['base', 'model'],
  client: ['base', 'model', 'protocol', 'exec'],
  cli: ['base', 'model', 'protocol', 'logs', 'client'],
}

/** What the thin bundle must never load. */
export const heavy = [
  'dockerode',
  '@kubernetes/client-node',
  'execa',
  'zod',
  'yaml',
  'conf',
  'age-encryption',
  're2js',
] as const

export interface Import {
  from: string
  to: string
  line: number
}

/** What is wrong with the imports, each as `file:line: why`. Paths are relative to src/. */
export function importFaults(imports: readonly Import[]): string[] {
  return [...imports.flatMap(directionFault), ...cycles(imports).map(cycle => `cycle: ${cycle.join(' → ')}`)]
}

function directionFault({ from, to, line }: Import): string[] {
  const [source, target] = [layerOf(from), layerOf(to)]
  const where = `src/${from}:${line}`
  if (!source) return [`${where}: src/${from} is in no layer`]
  if (!target) return [`${where}: src/${to} is in no layer`]
  if (source === target) return []
  const allowed = narrowed[source] ?? layers.slice(0, layers.indexOf(source))
  return allowed.includes(target) ? [] : [`${where}: ${source} may not import ${target} (src/${to})`]
}

function layerOf(file: string): Layer | undefined {
  return layers.find(layer => file.startsWith(`${layer}/`))
}

/** Each cycle once, as the files along it. */
function cycles(imports: readonly Import[]): string[][] {
  const targets = Map.groupBy(imports, ({ from }) => from)
  const finished = new Set<string>()
  const found: string[][] = []
  const visit = (file: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(file)
    if (seenAt >= 0) {
      found.push([...trail.slice(seenAt), file])
      return
    }
    if (finished.has(file)) return
    for (const { to } of targets.get(file) ?? []) visit(to, [...trail, file])
    finished.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return found
}
