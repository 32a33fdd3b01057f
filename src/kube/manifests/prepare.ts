import { MANAGED_BY, PROJECT_LABEL, SERVICE_LABEL } from '../labels.ts'
import type { KubeObject, ObjectMeta } from '../object.ts'
import { mapPodTemplate, type PodTemplate } from './pod-templates.ts'
import { isClusterScoped } from './scope.ts'

export interface Belonging {
  project: string
  service: string
  /** For what is namespaced and names none. */
  namespace: string
}

/**
 * The objects as they are applied: in a namespace, and labelled as ours. Pods get only the two labels that tell whose
 * they are, and selectors none: they can't be changed later. What is not known to be cluster-wide gets a namespace;
 * `applyObjects`, which asks the cluster, takes it away again where it is wrong.
 */
export function prepareObjects(objects: readonly KubeObject[], belonging: Belonging): KubeObject[] {
  const { project, service, namespace } = belonging
  const whose = { [PROJECT_LABEL]: project, [SERVICE_LABEL]: service }
  return objects.map(object => {
    const metadata = asWritten(object.metadata)
    const placed = isClusterScoped(object, objects) ? {} : { namespace: metadata.namespace ?? namespace }
    const labels = { ...metadata.labels, ...MANAGED_BY, ...whose }
    const labelled = mapPodTemplate(object, template => labelTemplate(template, whose))
    return { ...labelled, metadata: { ...metadata, ...placed, labels } }
  })
}

/** The project's own namespace, for the caller to apply with the rest. */
export function namespaceObject(name: string, project: string): KubeObject {
  const labels = { ...MANAGED_BY, [PROJECT_LABEL]: project }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

/** What a cluster writes into an object, and what a manifest has of it that was made from one by `kubectl get`. */
function asWritten(metadata: ObjectMeta): ObjectMeta {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...written } = metadata
  return written
}

function labelTemplate(template: PodTemplate, labels: Record<string, string>): PodTemplate {
  return {
    ...template,
    metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
  }
}
