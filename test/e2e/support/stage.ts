import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DevkError } from '../../../src/base/errors.ts'
import type { KubeApi } from '../../../src/kube/api.ts'
import { kubeApi } from '../../../src/kube/api.ts'
import { applyObjects } from '../../../src/kube/apply/apply-objects.ts'
import type { AppliedObject, ObjectIdentity } from '../../../src/kube/apply/identity.ts'
import { removeObjects } from '../../../src/kube/apply/remove-objects.ts'
import { parseKubeconfig } from '../../../src/kube/kubeconfig.ts'
import { namespaceObject, prepareObjects } from '../../../src/kube/manifests/prepare.ts'
import type { KubeObject } from '../../../src/kube/object.ts'
import { openLive } from '../../../src/kube/rollout/live.ts'
import { waitReady } from '../../../src/kube/rollout/wait-ready.ts'
import type { ClusterStatus } from '../../../src/model/cluster.ts'
import { type Home, succeeded } from './devk.ts'

export const project = 'e2e'
const { signal } = new AbortController()

export interface Stage {
  api: KubeApi
  namespace: string
  /** What was said and noted, in their order. */
  said: string[]
  notes: string[]
  apply(...objects: KubeObject[]): Promise<AppliedObject[]>
  /** Applies, and waits until all is ready. */
  bring(...objects: KubeObject[]): Promise<ObjectIdentity[]>
  remove(objects: readonly ObjectIdentity[], keepVolumes?: boolean): Promise<string[]>
}

/** A namespace of its own, as a project has one. */
export function stage(api: KubeApi, namespace: string): Stage {
  const said: string[] = []
  const notes: string[] = []
  const options = {
    signal,
    hide: () => {},
    say: (waits: string) => void (said.at(-1) === waits || said.push(waits)),
    note: (note: string) => void notes.push(note),
  }
  const apply: Stage['apply'] = (...objects) => {
    const prepared = prepareObjects(objects, { project, service: namespace, namespace })
    return applyObjects(api, [namespaceObject(namespace, project), ...prepared], options)
  }
  return {
    api,
    namespace,
    said,
    notes,
    apply,
    async bring(...objects) {
      using live = openLive(api, namespace)
      const identities = (await apply(...objects)).map(({ identity }) => identity)
      await waitReady(live, identities, { ...options, api })
      return identities
    },
    remove: (objects, keepVolumes = true) =>
      removeObjects(api, objects, { ...options, project, keepVolumes }),
  }
}

export interface Kind {
  name: string
  api: KubeApi
  kubeconfig: string
  /** `localhost:PORT` */
  registry: string
}

export async function createKind(home: Home, name: string): Promise<Kind> {
  succeeded(await home.devk('cluster', 'create', name))
  const status = JSON.parse((await home.devk('cluster', 'status', name, '--json')).stdout) as ClusterStatus
  const kubeconfig = join(home.folder, 'state', 'clusters', name, 'kubeconfig')
  const api = kubeApi(parseKubeconfig(await readFile(kubeconfig, 'utf8'), kubeconfig))
  return { name, api, kubeconfig, registry: status.registry ?? '' }
}

/** What a promise was rejected with; throws where it was not. */
export async function failure(promise: Promise<unknown>): Promise<DevkError> {
  const nothing = Symbol('nothing')
  const thrown = await promise.then(
    () => nothing,
    (error: unknown) => error,
  )
  if (thrown === nothing) throw new Error('it succeeded')
  return thrown as DevkError
}
