import type { KubeObject } from '../object.ts'

export interface Container {
  name?: string
  image?: string
  [field: string]: unknown
}

export interface PodTemplate {
  metadata?: {
    labels?: Record<string, string>
    annotations?: Record<string, string>
    [field: string]: unknown
  }
  spec?: {
    containers?: Container[]
    initContainers?: Container[]
    volumes?: {
      name?: string
      image?: { reference?: string; [field: string]: unknown }
      [field: string]: unknown
    }[]
    [field: string]: unknown
  }
  [field: string]: unknown
}

/** Where each kind has its pod template; a bare Pod is one itself. */
const places: Record<string, readonly string[]> = {
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  '/ReplicationController': ['spec', 'template'],
  '/PodTemplate': ['template'],
  '/Pod': [],
}

/** The object with its pod template changed; itself where it has none. Changes nothing that it was given. */
export function mapPodTemplate(
  object: KubeObject,
  change: (template: PodTemplate) => PodTemplate,
): KubeObject {
  const place = placeOf(object)
  return place ? (mapAt(object, place, change as (value: object) => object) as KubeObject) : object
}

export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  let found: PodTemplate | undefined
  mapPodTemplate(object, template => {
    found = template
    return template
  })
  return found
}

/** The object with another pod template in the place of its own. */
export function withPodTemplate(object: KubeObject, template: PodTemplate): KubeObject {
  return mapPodTemplate(object, () => template)
}

export function hasPodTemplate(object: KubeObject): boolean {
  return placeOf(object) !== undefined
}

function placeOf({ apiVersion, kind }: KubeObject): readonly string[] | undefined {
  return places[`${apiVersion.replace(/\/?[^/]*$/, '')}/${kind}`]
}

function mapAt(
  value: unknown,
  [key, ...rest]: readonly string[],
  change: (value: object) => object,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (key === undefined) return change(value)
  const inner = (value as Record<string, unknown>)[key]
  const changed = mapAt(inner, rest, change)
  return changed === inner ? value : { ...value, [key]: changed }
}
