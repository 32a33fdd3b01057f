import { poll } from '../src/base/time.ts'
import { run } from '../src/exec/run.ts'
import { kubectlOf } from './by-hand.ts'

interface Pods {
  items: {
    status: { containerStatuses?: { ready: boolean; state: { running?: { startedAt: string } } }[] }
  }[]
}

/** What a careful script does after a stop: what the API still says from before does not count for it. */
export async function startByHand(
  { cluster, kubeconfig, namespace }: { cluster: string; kubeconfig: string; namespace: string },
  signal: AbortSignal,
): Promise<void> {
  const began = Math.floor(Date.now() / 1_000) * 1_000
  await run({ file: 'docker', args: ['start', `${cluster}-control-plane`] }, { signal })
  const kubectl = await kubectlOf(kubeconfig, namespace, signal)
  const ask = async () => {
    const { stdout } = await kubectl(['get', 'pods', '--output', 'json', '--request-timeout', '2s'])
    const containers = (JSON.parse(stdout) as Pods).items.flatMap(
      ({ status }) => status.containerStatuses ?? [],
    )
    const runs = containers.every(
      ({ ready, state }) => ready && Date.parse(state.running?.startedAt ?? '') >= began,
    )
    return (containers.length > 0 && runs) || undefined
  }
  await poll(() => ask().catch(() => undefined), { every: 250, signal })
}
