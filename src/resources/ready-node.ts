import type { Node } from '../engine/node.ts'
import { serviceStatus } from '../kube/rollout/status.ts'
import { waitReady } from '../kube/rollout/wait-ready.ts'
import { unanswering } from './answering.ts'
import { identitiesOf } from './apply-recorded.ts'
import { type ClusterOutput, clusterId, inputOf, nodesId, readyId, workloadId } from './outputs.ts'
import type { RunContext } from './run-context.ts'

/** A service's workloads are up: looked at in every run, since a pod that was fine may not be now. */
export function readyNode({ access, caughtUp }: RunContext, service: string): Node {
  return {
    id: readyId(service),
    title: `${service} ready`,
    needs: [clusterId, nodesId, workloadId(service)],
    async fingerprint(inputs) {
      const objects = identitiesOf(inputOf(inputs, workloadId(service)))
      return Object.fromEntries(objects.map(({ kind, name, version }) => [`${kind} ${name}`, version]))
    },
    async lost(_, inputs, signal) {
      const { live } = await access(inputOf<ClusterOutput>(inputs, clusterId))
      await live.synced(signal)
      const objects = identitiesOf(inputOf(inputs, workloadId(service)))
      const { state, why } = serviceStatus(objects, live.snapshot(), Date.now())
      return state === 'ready' || state === 'done' ? undefined : (why ?? `it is ${state}`)
    },
    async apply({ inputs, say, note }, signal) {
      const { api, live } = await access(inputOf<ClusterOutput>(inputs, clusterId))
      const workload = inputOf(inputs, workloadId(service))
      await waitReady(live, identitiesOf(workload), { signal, say, api })
      say('its containers get what was saved since')
      await caughtUp(service, signal)
      const urls = (workload['urls'] ?? []) as string[]
      if (urls.length > 0) say('waiting until its ports lead to it')
      for (const url of await unanswering(urls, signal)) {
        note(`${service} is ready, and ${url} does not lead to it yet.`)
      }
      return {}
    },
  }
}
