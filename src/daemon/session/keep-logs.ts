import type { Hidden } from '../../base/hidden/hidden.ts'
import type { ProjectHome } from '../../base/project-home.ts'
import type { RecordStore } from '../../engine/node.ts'
import { kindOf, subjectOf } from '../../engine/remove.ts'
import type { KubeApi } from '../../kube/api.ts'
import { followPods } from '../../kube/logs/follow-pods.ts'
import type { Live } from '../../kube/rollout/live.ts'
import type { Pod } from '../../kube/rollout/objects.ts'
import { type Owned, ownerOf } from '../../kube/rollout/owner-of.ts'
import { type LogRing, openRing } from '../../logs/ring.ts'
import type { LogSource } from '../../model/log.ts'
import { KEPT_LOG_BYTES } from '../../model/size.ts'
import { identitiesOf } from '../../resources/apply-recorded.ts'
import { keepEvents } from './keep-events.ts'
import { readSummary } from './summary.ts'

export interface KeptLogs {
  /** Why nothing more can be kept at this moment. */
  trouble(): string | undefined
  /** How much is kept from now on. */
  limit(bytes: number): void
  /** Lines that devk itself adds to what a container prints: of a command that it ran there. */
  print(source: LogSource & { container: string }, lines: readonly string[]): Promise<void>
  /** Begins to keep what the pods of a connection print. Its owner ends it. */
  follow(api: KubeApi, live: Live): FollowedLogs
}

export interface FollowedLogs extends AsyncDisposable {
  /** Resolves once all that was printed before is kept. */
  caughtUp(signal: AbortSignal): Promise<void>
}

/** Keeps what the pods of a project's services print, and what Kubernetes says of them. */
export function keepLogs(home: ProjectHome, store: RecordStore, hidden: Hidden): KeptLogs {
  let ring: LogRing | undefined
  let opening: Promise<LogRing> | undefined
  const open = async () => {
    opening ??= openOwn(home, hidden).catch((error: unknown) => {
      opening = undefined
      throw error
    })
    ring = await opening
    return ring
  }
  return {
    trouble: () => ring?.trouble,
    limit: bytes => ring?.limit(bytes),
    async print(source, lines) {
      const container = `${source.container}.sync`
      await using writer = await (await open()).writer({ ...source, container })
      const time = new Date().toISOString().replace('Z', '000000Z')
      await writer.write(Buffer.from(lines.map(line => `${time} ${line}\n`).join('')))
      await writer.flush()
    },
    follow(api, live) {
      const services = new Map<string, string>()
      const serviceOf = async (uid: string, owned: Owned) => {
        const found = services.get(uid) ?? (await ownService(store, live, owned))
        if (found !== undefined) services.set(uid, found)
        return found
      }
      const ofPod = ({ metadata }: Pod) => serviceOf(metadata.uid ?? '', { kind: 'Pod', ...metadata })
      const pods = followPods(api, live, {
        wants: async pod => (await ofPod(pod)) !== undefined,
        async open({ pod, container, isInit }) {
          const { name, uid = '' } = pod.metadata
          const service = (await ofPod(pod)) ?? name
          const { namespace } = live
          const init = isInit && { init: true as const }
          return await (await open()).writer({ service, namespace, pod: name, uid, container, ...init })
        },
        onError: error => console.error(error),
      })
      const events = keepEvents(live, home.logs, open, ({ about }) => {
        const { pods, workloads } = live.snapshot()
        const object = [...pods, ...workloads].find(({ metadata }) => metadata.uid === about.uid)
        return serviceOf(about.uid, { ...object?.metadata, ...about })
      })
      return {
        caughtUp: signal => pods.caughtUp(signal),
        async [Symbol.asyncDispose]() {
          await Promise.all([pods[Symbol.asyncDispose](), events[Symbol.asyncDispose]()])
        },
      }
    },
  }
}

async function openOwn(home: ProjectHome, hidden: Hidden): Promise<LogRing> {
  const maxBytes = (await readSummary(home))?.logBytes ?? KEPT_LOG_BYTES
  return await openRing(home.logs, { maxBytes, hidden })
}

/** The service that something was made for: also of one that is being made, or taken away. */
async function ownService(store: RecordStore, live: Live, owned: Owned): Promise<string | undefined> {
  for (const { id, notes, output } of await store.list()) {
    if (kindOf(id) !== 'workload') continue
    const objects = [...identitiesOf(output), ...identitiesOf(notes)]
    if (ownerOf(live.snapshot(), owned, objects)) return subjectOf(id)
  }
  return undefined
}
