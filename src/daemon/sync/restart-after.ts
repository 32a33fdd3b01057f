import { text } from 'node:stream/consumers'
import { DevkError } from '../../base/errors.ts'
import { execInPod } from '../../kube/exec/exec.ts'
import { podPath } from '../../kube/pod-path.ts'
import { containerStatus, runtimeId } from '../../kube/rollout/container-status.ts'
import { nextMoment } from '../../kube/rollout/next-moment.ts'
import { BUSYBOX } from '../../model/sync.ts'
import type { ClusterAccess } from '../../resources/run-context.ts'
import type { FileAgent } from '../../sync/agent/agent.ts'
import type { SyncedContainer } from './containers-of.ts'

/** How long a container has to end by itself. */
const GRACE_MS = 5_000

/**
 * Does what the rules say that follows on a change, each thing once: commands first, since what runs is restarted with
 * what they make. Throws SYNC_RUN_FAILED where a command failed.
 */
export async function restartAfter(
  { access, container, print }: { access: ClusterAccess; container: SyncedContainer; print: Print },
  rules: ReadonlySet<number>,
  agent: FileAgent,
  signal: AbortSignal,
): Promise<void> {
  const wanted = [...rules].flatMap(index => container.rules[index]?.restart ?? [])
  const commands = new Set(wanted.flatMap(each => (each.how === 'run' ? [each.command] : [])))
  for (const command of commands) await runCommand(access, container, { command, print, signal })
  if (wanted.some(({ how }) => how === 'container'))
    return await endContainer(access, container, agent, signal)
  const signals = new Set(
    wanted.flatMap(each => {
      if (each.how === 'signal') return [each.signal]
      // The supervisor's, which devk puts before the container's main process.
      return each.how === 'process' ? ['SIGUSR2' as const] : []
    }),
  )
  if (wanted.some(({ how }) => how === 'process')) await mustBeSupervised(container, agent, signal)
  for (const name of signals) await agent.signal(name, signal)
}

/** Who knows nothing of the signal would end by it. */
async function mustBeSupervised(
  { pod, name }: SyncedContainer,
  agent: FileAgent,
  signal: AbortSignal,
): Promise<void> {
  const there = await agent.survey([BUSYBOX], signal)
  if (there.size > 0) return
  throw new DevkError({
    code: 'SYNC_RUN_FAILED',
    message: `The process of ${name} in ${pod.metadata.name} can't be restarted in place: its pod was made before a rule asked for that.`,
    hint: 'devk up makes a new one.',
  })
}

type Print = (lines: readonly string[]) => Promise<void>

async function runCommand(
  { api, live }: ClusterAccess,
  { pod, name }: SyncedContainer,
  { command, print, signal }: { command: string; print: Print; signal: AbortSignal },
): Promise<void> {
  const asked = {
    namespace: live.namespace,
    pod: pod.metadata.name,
    container: name,
    command: ['sh', '-c', command],
    terminal: false,
  }
  using process = await execInPod(api, asked, signal)
  process.stdin.end()
  const streams = [process.stdout, ...(process.stderr ? [process.stderr] : [])]
  const said = await Promise.all(streams.map(stream => text(stream)))
  const outcome = await process.ended
  const lines = said.join('').trimEnd().split('\n').filter(Boolean)
  await print([`$ ${command}`, ...lines])
  if (outcome.is === 'exited' && outcome.code === 0) return
  const shown = lines.slice(-20).map(live.hidden.redact)
  throw new DevkError({
    code: 'SYNC_RUN_FAILED',
    message: `"${command}" in ${pod.metadata.name} ${outcome.is === 'exited' ? `ended with exit code ${outcome.code}` : 'could not be run'}: ${shown.at(-1) ?? 'it printed nothing'}`,
    hint: 'The next change runs it again.',
    detail: shown.join('\n'),
  })
}

/** Kubernetes starts it again, from its image: what was written is written again then. */
async function endContainer(
  { api, live, docker }: ClusterAccess,
  { pod, name: container, id }: SyncedContainer,
  agent: FileAgent,
  signal: AbortSignal,
): Promise<void> {
  const { name, uid } = pod.metadata
  const how = { propagation: 'Background', ...(uid !== undefined && { uid }) } as const
  // From within nobody can end a container's first process that does not want to.
  if (!docker) return void (await api.delete(podPath(live.namespace, name), how, { signal }))
  const runs = () => {
    const now = live.snapshot().pods.find(each => each.metadata.uid === uid)
    return now !== undefined && runtimeId(containerStatus(now, container)) === id
  }
  await agent.signal('SIGTERM', signal)
  const deadline = Date.now() + GRACE_MS
  while (runs() && Date.now() < deadline) {
    await nextMoment(live, live.snapshot().version, deadline - Date.now(), signal)
  }
  if (runs()) await agent.signal('SIGKILL', signal)
}
