import { run } from '../../../src/exec/run.ts'
import { findTool } from '../../../src/exec/tools.ts'

/** What Docker knows, asked by its own client. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run({ file: 'docker', args })
  return stdout
}

/** Names of the containers, networks and volumes that have to do with a cluster. */
export async function leftovers(name: string): Promise<string[]> {
  const listings = await Promise.all([
    docker('ps', '-a', '--filter', `label=io.x-k8s.kind.cluster=${name}`, '--format', '{{.Names}}'),
    docker('ps', '-a', '--filter', `label=k3d.cluster=${name}`, '--format', '{{.Names}}'),
    docker('network', 'ls', '--filter', `name=^k3d-${name}$`, '--format', '{{.Name}}'),
    docker('volume', 'ls', '--filter', `name=^k3d-${name}-`, '--format', '{{.Name}}'),
  ])
  return listings.flatMap(listing => listing.split('\n')).filter(Boolean)
}

export function kubectl(kubeconfig: string) {
  return async (args: string[], input?: string): Promise<string> => {
    const { stdout } = await run({
      file: await findTool('kubectl'),
      args: ['--kubeconfig', kubeconfig, ...args],
      ...(input !== undefined && { input }),
    })
    return stdout
  }
}

/** Waits for a rollout; where it does not come, the error says what the pods say. */
export async function rollOut(kube: ReturnType<typeof kubectl>, workload: string): Promise<void> {
  try {
    await kube(['rollout', 'status', workload, '--timeout=120s'])
  } catch (error) {
    throw new Error(`${workload} did not roll out:\n${await kube(['describe', 'pods'])}`, { cause: error })
  }
}

export async function eventually<T>(look: () => Promise<T>, limit = 120_000): Promise<T> {
  const end = Date.now() + limit
  while (true) {
    try {
      return await look()
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise(resolve => setTimeout(resolve, 300))
    }
  }
}
