import { DevkError } from '../../base/errors.ts'
import type { KubeApi } from '../api.ts'
import { podPath } from '../pod-path.ts'
import { containerStatus } from '../rollout/container-status.ts'
import { containerTrouble } from '../rollout/container-trouble.ts'
import type { Live } from '../rollout/live.ts'
import type { ContainerStatus, Pod } from '../rollout/objects.ts'
import { idleScript } from './idle-script.ts'

interface Mount {
  name: string
  mountPath: string
  subPath?: string
  subPathExpr?: string
}

interface EphemeralContainer {
  name: string
  image: string
  targetContainerName?: string
}

/** What the watch does not keep of a pod. */
interface WholePod {
  spec: {
    containers: { name: string; volumeMounts?: Mount[] }[]
    initContainers?: { name: string; volumeMounts?: Mount[] }[]
    ephemeralContainers?: EphemeralContainer[]
    shareProcessNamespace?: boolean
    hostPID?: boolean
  }
  status: Pod['status']
}

export interface DebugContainer {
  name: string
  /** The pod as it is with it. */
  pod: Pod
  /** Where the target's volumes are mounted that this container can't have. */
  leftOut: string[]
  /** The target's first process has this number; undefined where the namespace is not its own. */
  firstProcess: 1 | undefined
}

interface DebugOptions {
  image: string
  signal: AbortSignal
  say: (detail: string) => void
}

const PREFIX = 'devk-shell-'

/**
 * A container beside another one, with its processes and its volumes: the one that is there, or a new one, since none can be
 * taken away again. It ends by itself once nobody is in it. Throws DEBUG_CONTAINER with the reason where it does not run.
 */
export async function debugContainer(
  api: KubeApi,
  live: Live,
  { pod, target }: { pod: string; target: string },
  { image, signal, say }: DebugOptions,
): Promise<DebugContainer> {
  const path = podPath(live.namespace, pod)
  const whole = await api.get<WholePod>(path, { signal })
  const mounts = mountsOf(whole, target)
  const { ephemeralContainers: before = [], shareProcessNamespace, hostPID } = whole.spec
  const found = before.find(each => isSame(each, target, image) && !isOver(whole, each.name))
  const name = found?.name ?? `${PREFIX}${before.length + 1}`
  if (!found) {
    const container = newContainer({ name, image, target, mounts: mounts.filter(canBeHad) })
    const change = { spec: { ephemeralContainers: [container] } }
    await api.patch(`${path}/ephemeralcontainers`, change, { signal })
  }
  return {
    name,
    pod: await running(live, { pod, name, image }, { signal, say }),
    leftOut: mounts.filter(mount => !canBeHad(mount)).map(({ mountPath }) => mountPath),
    firstProcess: shareProcessNamespace || hostPID ? undefined : 1,
  }
}

function isSame(container: EphemeralContainer, target: string, image: string): boolean {
  const { name, targetContainerName } = container
  return name.startsWith(PREFIX) && targetContainerName === target && container.image === image
}

function isOver({ status }: WholePod, container: string): boolean {
  return !!status.ephemeralContainerStatuses?.find(({ name }) => name === container)?.state?.terminated
}

function mountsOf({ spec }: WholePod, target: string): Mount[] {
  const all = [...spec.containers, ...(spec.initContainers ?? [])]
  return all.find(({ name }) => name === target)?.volumeMounts ?? []
}

/** Kubernetes gives such a container no part of a volume. */
function canBeHad({ subPath, subPathExpr }: Mount): boolean {
  return !subPath && !subPathExpr
}

function newContainer({
  name,
  image,
  target,
  mounts,
}: {
  name: string
  image: string
  target: string
  mounts: readonly Mount[]
}): EphemeralContainer & Record<string, unknown> {
  return {
    name,
    image,
    targetContainerName: target,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', idleScript],
    volumeMounts: mounts,
    // Another user's files are seen by way of its processes, and only by who may look into those.
    securityContext: { runAsUser: 0, runAsNonRoot: false, capabilities: { add: ['SYS_PTRACE'] } },
  }
}

async function running(
  live: Live,
  { pod, name, image }: { pod: string; name: string; image: string },
  { signal, say }: Pick<DebugOptions, 'signal' | 'say'>,
): Promise<Pod> {
  while (true) {
    const snapshot = live.snapshot()
    const seen = snapshot.pods.find(({ metadata }) => metadata.name === pod)
    const status = seen && containerStatus(seen, name)
    if (seen && status?.state?.running) return seen
    const events = snapshot.events.filter(({ container }) => container === name)
    const why = status && whyNot(status, name, events)
    if (!seen || why) throw notRunning(pod, image, why ?? 'the pod is gone')
    say(`waits for image ${image}`)
    await live.changed(snapshot.version, signal)
  }
}

function whyNot(
  status: ContainerStatus,
  name: string,
  events: Parameters<typeof containerTrouble>[2],
): string | undefined {
  const { terminated } = status.state ?? {}
  if (terminated?.exitCode === 0) return `container ${name} ended at once`
  return containerTrouble(status, `container ${name}`, events, { restarts: false })?.message
}

function notRunning(pod: string, image: string, why: string): DevkError {
  return new DevkError({
    code: 'DEBUG_CONTAINER',
    message: `The container of ${image} that was added to pod ${pod} does not run: ${why}.`,
    hint: 'Name another image that has a shell and that the cluster can have: devk shell SERVICE --image NAME',
  })
}
