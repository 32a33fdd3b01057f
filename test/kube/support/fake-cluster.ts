import type { ServerResponse } from 'node:http'
import type { KubeObject } from '../../../src/kube/object.ts'
import { type Asked, type FakeApi, fakeApi, refuse } from './fake-api.ts'

export interface FakeCluster extends FakeApi {
  /** What is there, by the path of each. */
  objects: Map<string, KubeObject>
}

/** Answers in the cluster's place; undefined lets the cluster answer. */
export type Instead = (asked: Asked, response: ServerResponse) => unknown

const kinds = [
  ['', 'v1', 'namespaces', 'Namespace', false],
  ['', 'v1', 'configmaps', 'ConfigMap', true],
  ['', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', true],
  ['', 'v1', 'services', 'Service', true],
  ['', 'v1', 'secrets', 'Secret', true],
  ['', 'v1', 'pods', 'Pod', true],
  ['apps', 'v1', 'deployments', 'Deployment', true],
  ['apps', 'v1', 'replicasets', 'ReplicaSet', true],
  ['apps', 'v1', 'statefulsets', 'StatefulSet', true],
  ['batch', 'v1', 'jobs', 'Job', true],
  ['networking.k8s.io', 'v1', 'ingresses', 'Ingress', true],
  ['apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', false],
] as const

/** Keeps what is applied, tells what changed, and serves the kinds above. */
export async function fakeCluster(instead: Instead = () => undefined): Promise<FakeCluster> {
  const objects = new Map<string, KubeObject>()
  let version = 100
  const fake = await fakeApi(async (asked, response) => {
    const other = await instead(asked, response)
    if (other !== undefined || response.headersSent) return other
    const { method, path } = asked
    if (path === '/api' || path === '/apis') return discovery(path)
    const there = objects.get(path)
    if (method === 'PATCH') return apply(asked, response, there)
    if (method === 'DELETE') {
      if (!there) return refuse(response, 404, 'not found')
      objects.delete(path)
      return { kind: 'Status', status: 'Success' }
    }
    if (there) return there
    if (!isCollection(path)) return refuse(response, 404, 'not found')
    const items = [...objects].filter(
      ([key]) => key.startsWith(`${path}/`) && !key.slice(path.length + 1).includes('/'),
    )
    const terms = asked.query.get('labelSelector')?.split(',') ?? []
    const chosen = items
      .map(([, object]) => object)
      .filter(({ metadata }) => terms.every(term => fits(term, metadata.labels ?? {})))
    return { metadata: { resourceVersion: String(version) }, items: chosen }
  })

  function apply(
    { path, body }: Asked,
    response: ServerResponse,
    before: KubeObject | undefined,
  ): KubeObject {
    const { metadata, ...rest } = JSON.parse(body) as KubeObject
    const same =
      before &&
      JSON.stringify([metadata.labels, metadata.annotations, rest]) ===
        before.metadata.annotations?.['applied']
    if (same) return before
    version++
    const object: KubeObject = {
      ...rest,
      apiVersion: rest['apiVersion'] as string,
      kind: rest['kind'] as string,
      metadata: {
        ...metadata,
        uid: before?.metadata.uid ?? `uid-${version}`,
        resourceVersion: String(version),
        annotations: {
          ...metadata.annotations,
          applied: JSON.stringify([metadata.labels, metadata.annotations, rest]),
        },
        managedFields: [{ manager: 'devk', operation: 'Apply', time: String(version) }],
      },
    }
    if (object.kind === 'CustomResourceDefinition') {
      object['status'] = { conditions: [{ type: 'Established', status: 'True' }] }
    }
    objects.set(path, object)
    response.statusCode = before ? 200 : 201
    return object
  }
  return { ...fake, objects }
}

/** `a`, `a=b` or `a!=b`. */
function fits(term: string, labels: Record<string, string>): boolean {
  const [, label = '', not, value] = /^([^!=]+)(!?)=?(.*)$/.exec(term) ?? []
  if (value === '') return labels[label] !== undefined
  return (labels[label] === value) === (not === '')
}

function isCollection(path: string): boolean {
  return kinds.some(([, , plural]) => path.endsWith(`/${plural}`))
}

function discovery(path: string): unknown {
  const here = kinds.filter(([group]) => (group === '') === (path === '/api'))
  const groups = Map.groupBy(here, ([group]) => group)
  return {
    kind: 'APIGroupDiscoveryList',
    items: [...groups].map(([name, resources]) => ({
      metadata: { name },
      versions: [
        {
          version: 'v1',
          resources: resources.map(([, , resource, kind, namespaced]) => ({
            resource,
            responseKind: { kind },
            scope: namespaced ? 'Namespaced' : 'Cluster',
          })),
        },
      ],
    })),
  }
}
