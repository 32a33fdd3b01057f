import { BUSYBOX } from '../../model/sync.ts'
import type { KubeObject } from '../object.ts'
import { type Container, type PodTemplate, podTemplateOf, withPodTemplate } from './pod-templates.ts'

export interface Supervision {
  /** Of all containers of a pod, those whose main process can be restarted in place. */
  wanted: (template: PodTemplate) => readonly string[]
  /** What runs the main process, the words of which come after it. */
  command: readonly string[]
  /** An image that has such a busybox as /bin/busybox. */
  image: string
  /** What an image runs by itself. */
  configOf: (image: string) => Promise<{ entrypoint: string[]; command: string[] }>
}

const NAME = 'devk-tools'

/** The objects with a supervisor before the main process of the wanted containers: their images need have nothing for it. */
export async function supervised(
  objects: readonly KubeObject[],
  supervision: Supervision,
): Promise<KubeObject[]> {
  return await Promise.all(
    objects.map(async object => {
      const template = podTemplateOf(object)
      const names = template ? supervision.wanted(template) : []
      if (!template || names.length === 0) return object
      return withPodTemplate(object, await inTemplate(template, names, supervision))
    }),
  )
}

async function inTemplate(
  template: PodTemplate,
  names: readonly string[],
  supervision: Supervision,
): Promise<PodTemplate> {
  const { spec = {} } = template
  const { containers = [], initContainers = [], volumes = [] } = spec
  return {
    ...template,
    spec: {
      ...spec,
      volumes: [...volumes, { name: NAME, emptyDir: {} }],
      initContainers: [toolsFrom(supervision.image), ...initContainers],
      containers: await Promise.all(
        containers.map(each => (names.includes(each.name ?? '') ? inContainer(each, supervision) : each)),
      ),
    },
  }
}

/** As little as the strictest of namespaces lets run. */
function toolsFrom(image: string): Container {
  return {
    name: NAME,
    image,
    command: ['/bin/busybox', 'cp', '/bin/busybox', `${BUSYBOX.to}/${BUSYBOX.path}`],
    volumeMounts: [{ name: NAME, mountPath: BUSYBOX.to }],
    securityContext: {
      runAsUser: 65_534,
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  }
}

async function inContainer(
  container: Container,
  { command: supervisor, configOf }: Supervision,
): Promise<Container> {
  const own = container as Container & { command?: string[]; args?: string[]; volumeMounts?: unknown[] }
  const config = own.command ? undefined : await configOf(container.image ?? '')
  const command = own.command ?? config?.entrypoint.map(literal) ?? []
  const args = own.args ?? config?.command.map(literal) ?? []
  return {
    ...container,
    command: [...supervisor.map(literal), ...command],
    args,
    volumeMounts: [...(own.volumeMounts ?? []), { name: NAME, mountPath: BUSYBOX.to, readOnly: true }],
  }
}

/** Kubernetes puts values in the places of `$(NAME)` in what a manifest says, and in nothing that an image says. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$')
}
