import type { ImagePath } from '../../model/project.ts'
import type { KubeObject } from '../object.ts'
import { type Container, mapPodTemplate, type PodTemplate } from './pod-templates.ts'

export interface WithImages {
  objects: KubeObject[]
  /** The services whose images were put in. */
  used: Set<string>
}

/**
 * The objects with built images by digest. `image: api` is what service `api` built, and so are `api:latest` and
 * `api:dev`; with any other tag, a registry or a digest it is somebody else's image and stays.
 * Looked for in pod templates (containers, init containers, image volumes), and in custom resources at their paths.
 */
export function withImages(
  objects: readonly KubeObject[],
  images: ReadonlyMap<string, string>,
  paths: readonly ImagePath[] = [],
): WithImages {
  const used = new Set<string>()
  const built = (name: string): string => {
    const service = name.replace(/:(latest|dev)$/, '')
    const image = images.get(service)
    if (image === undefined) return name
    used.add(service)
    return image
  }
  return { objects: mapImages(objects, paths, built), used }
}

/** Every image that the objects name. */
export function imagesIn(objects: readonly KubeObject[], paths: readonly ImagePath[] = []): Set<string> {
  const names = new Set<string>()
  mapImages(objects, paths, name => {
    names.add(name)
    return name
  })
  return names
}

function mapImages(
  objects: readonly KubeObject[],
  paths: readonly ImagePath[],
  replace: Replace,
): KubeObject[] {
  return objects.map(object => {
    const own = paths.filter(({ kind }) => kind === object.kind)
    const templated = mapPodTemplate(object, template => inTemplate(template, replace))
    return own.reduce<KubeObject>(
      (now, { path }) => mapPath(now, path.split('.'), replace) as KubeObject,
      templated,
    )
  })
}

type Replace = (name: string) => string

function inTemplate(template: PodTemplate, built: Replace): PodTemplate {
  const { spec } = template
  if (!spec) return template
  const { containers, initContainers, volumes } = spec
  const container = (each: Container) =>
    typeof each.image === 'string' ? { ...each, image: built(each.image) } : each
  return {
    ...template,
    spec: {
      ...spec,
      ...(containers && { containers: containers.map(container) }),
      ...(initContainers && { initContainers: initContainers.map(container) }),
      ...(volumes && {
        volumes: volumes.map(volume =>
          typeof volume.image?.reference === 'string'
            ? { ...volume, image: { ...volume.image, reference: built(volume.image.reference) } }
            : volume,
        ),
      }),
    },
  }
}

/** Where the path leads to text, replaces it; where it leads nowhere, the manifest is as it was. */
function mapPath(value: unknown, [step, ...rest]: readonly string[], built: Replace): unknown {
  if (step === undefined) return typeof value === 'string' ? built(value) : value
  if (typeof value !== 'object' || value === null) return value
  const key = step.replace(/\[\]$/, '')
  const inner = (value as Record<string, unknown>)[key]
  if (inner === undefined) return value
  const changed =
    step === key
      ? mapPath(inner, rest, built)
      : Array.isArray(inner)
        ? inner.map(item => mapPath(item, rest, built))
        : inner
  return { ...value, [key]: changed }
}
