import type { Live } from '../../kube/rollout/live.ts'
import { nextMoment } from '../../kube/rollout/next-moment.ts'
import type { KubeEvent } from '../../kube/rollout/objects.ts'
import { formatEvent } from '../../logs/event-line.ts'
import { linesForward, listSources } from '../../logs/read-lines.ts'
import type { LogRing } from '../../logs/ring.ts'
import type { LogWriter } from '../../logs/writer.ts'

/** The ring tells why; the event is told again. */
const failed = () => false

/** What is looked at again after this, though nothing was heard. */
const AGAIN_MS = 60_000

interface Kept {
  writer: LogWriter
  /** Those that are in the ring: Kubernetes tells its events again for an hour. */
  known: Set<string>
}

/** Keeps what Kubernetes says of a project's services beside what they print. Its owner ends it. */
export function keepEvents(
  live: Live,
  folder: string,
  ring: () => Promise<LogRing>,
  serviceOf: (event: KubeEvent) => Promise<string | undefined>,
): AsyncDisposable {
  const closing = new AbortController()
  const services = new Map<string, Kept>()

  async function open(service: string): Promise<Kept> {
    const wants = (source: { service: string; container?: string }) =>
      source.service === service && source.container === undefined
    const known = new Set<string>()
    for (const files of await listSources(folder, wants)) {
      for await (const lines of linesForward(files)) for (const { time } of lines) known.add(time)
    }
    const source = { service, namespace: live.namespace, pod: '', uid: '' }
    return { writer: await (await ring()).writer(source), known }
  }

  async function keep(event: KubeEvent): Promise<void> {
    const service = await serviceOf(event)
    if (service === undefined) return
    const kept = services.get(service) ?? (await open(service))
    services.set(service, kept)
    const { time, line } = formatEvent(event)
    if (kept.known.has(time)) return
    await kept.writer.write(line)
    kept.known.add(time)
  }

  const ended = (async () => {
    // What was looked at once is looked at again only where it is another one by then.
    let seen = new Set<string>()
    while (!closing.signal.aborted) {
      const { version, events } = live.snapshot()
      const now = new Set<string>()
      for (const event of events.toSorted((a, b) => a.at - b.at)) {
        const key = `${event.uid} ${event.at}`
        if (seen.has(key) || (await keep(event).then(() => true, failed))) now.add(key)
      }
      seen = now
      await nextMoment(live, version, AGAIN_MS, closing.signal)
    }
  })().catch((error: unknown) => {
    if (!closing.signal.aborted) console.error(error)
  })
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      await ended
      for (const { writer } of services.values()) await writer[Symbol.asyncDispose]()
    },
  }
}
