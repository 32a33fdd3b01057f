import type { KubeObject } from '../object.ts'
import { mapPodTemplate, type PodTemplate } from './pod-templates.ts'
import { secretUses } from './secret-uses.ts'

/** On pods: of which versions of Secrets they were made. */
const READ_ANNOTATION = 'devk.dev/secrets'

/** Others are not restarted by another template: a Job would run again, and a CronJob's next run reads what is there then. */
const ROLLED_OUT: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

/**
 * Has pods name the versions of the Secrets that they read, so that Kubernetes rolls out those that read a changed one
 * anew, and no others.
 */
export function withSecretVersions(
  objects: readonly KubeObject[],
  versionOf: (secret: string, namespace: string | undefined) => string | undefined,
): KubeObject[] {
  return objects.map(object => {
    if (!ROLLED_OUT.has(object.kind)) return object
    return mapPodTemplate(object, template => {
      const names = new Set(secretUses(template).map(({ secret }) => secret))
      const read = [...names].toSorted().flatMap(name => {
        const version = versionOf(name, object.metadata.namespace)
        return version === undefined ? [] : [`${name}=${version}`]
      })
      return read.length === 0 ? template : annotated(template, read.join(','))
    })
  })
}

function annotated(template: PodTemplate, value: string): PodTemplate {
  const { metadata } = template
  const annotations = { ...metadata?.annotations, [READ_ANNOTATION]: value }
  return { ...template, metadata: { ...metadata, annotations } }
}
