import { lastOf } from '../../base/last-of.ts'
import { openInNode } from '../../cluster/node-shell.ts'
import { execInPod } from '../../kube/exec/exec.ts'
import type { ClusterAccess } from '../../resources/run-context.ts'
import { type AgentStream, type FileAgent, openAgent } from '../../sync/agent/agent.ts'
import { agentCommand } from '../../sync/agent/agent-script.ts'
import type { SyncedContainer } from './containers-of.ts'

/**
 * A way to a container's files: through its node, which is a container of this machine, so that the image needs no tool
 * for it; elsewhere by a command in the container itself.
 */
export async function openFiles(
  access: ClusterAccess,
  { pod, name, id }: SyncedContainer,
  signal: AbortSignal,
): Promise<FileAgent> {
  const { nodeName } = pod.spec
  const stream =
    access.docker && nodeName && id
      ? await openInNode(access.docker, nodeName, agentCommand({ at: 'node', container: id }), signal)
      : await inContainer(access, pod, name, signal)
  return await openAgent(stream, signal)
}

async function inContainer(
  { api, live }: ClusterAccess,
  pod: SyncedContainer['pod'],
  container: string,
  signal: AbortSignal,
): Promise<AgentStream> {
  const command = agentCommand({ at: 'inside' })
  const asked = { namespace: live.namespace, pod: pod.metadata.name, container, command, terminal: false }
  const process = await execInPod(api, asked, signal)
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    said: process.stderr ? lastOf(process.stderr) : () => '',
    async [Symbol.asyncDispose]() {
      process[Symbol.dispose]()
      await process.ended.catch(() => {})
    },
  }
}
