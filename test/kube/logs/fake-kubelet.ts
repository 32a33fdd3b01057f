import { Readable } from 'node:stream'
import type { KubeApi } from '../../../src/kube/api.ts'
import type { ContainerView, SeenContainer } from '../../../src/kube/logs/container-view.ts'
import { KubeRefusal } from '../../../src/kube/refusal.ts'

interface Line {
  time: string
  text: string
}

const GONE = 'unable to retrieve container logs for containerd://1a2b'

interface Served {
  stream: Readable
  run: number
  sent: number
  /** How many bytes it still carries. */
  left: number
}

/** A container and its log as Kubernetes serves it: the last run, or the one before it, from a whole second on. */
export class FakeKubelet {
  runs: Line[][] = [[]]
  is: SeenContainer['is'] = 'running'
  isGone = false
  epoch = 0
  /** How many bytes each connection carries before it is cut. */
  carries = Number.POSITIVE_INFINITY
  /** The log of the run before is gone, and that is said in its place. */
  isLastGone = false
  asked = 0
  #open = new Set<Served>()
  #waiting = new Set<() => void>()
  #clock = 0

  /** A line; its time is later by so many milliseconds, which may be none. */
  print(text: string, laterMs = 1): void {
    this.#clock += laterMs
    this.runs.at(-1)?.push({ time: timeOf(this.#clock), text })
    for (const served of this.#open) this.#send(served)
  }

  restart(): void {
    this.#endAll()
    this.runs.push([])
    // No container starts in the nanosecond in which the one before it ended.
    this.#clock++
    this.#tell()
  }

  end(): void {
    this.is = 'ended'
    this.#endAll()
    this.#tell()
  }

  remove(): void {
    this.isGone = true
    this.#endAll()
    this.#tell()
  }

  cut(): void {
    for (const { stream } of this.#open) stream.destroy(new Error('cut'))
    this.#open.clear()
  }

  hearAgain(): void {
    this.epoch++
    this.#tell()
  }

  get connections(): number {
    return this.#open.size
  }

  api(): KubeApi {
    const stream = async (path: string, { signal }: { signal?: AbortSignal } = {}) => {
      this.asked++
      const query = new URL(path, 'http://fake').searchParams
      if (this.isGone) throw new KubeRefusal('GET', path, 404, '{}')
      if (query.has('previous') && this.runs.length < 2) throw new KubeRefusal('GET', path, 400, '{}')
      if (query.has('previous') && this.isLastGone) return Readable.from([Buffer.from(GONE)])
      return this.#serve(query, signal)
    }
    return { stream } as unknown as KubeApi
  }

  view(): ContainerView {
    return {
      namespace: 'shop',
      pod: 'api-1',
      container: 'api',
      now: () => {
        if (this.isGone) return undefined
        const run = this.runs.length - 1
        const { is, epoch } = this
        return { state: `${run} ${is}`, is, run, runBefore: run - 1, epoch, lost: false }
      },
      changed: signal =>
        new Promise((resolve, reject) => {
          this.#waiting.add(resolve)
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        }),
    }
  }

  #serve(query: URLSearchParams, signal: AbortSignal | undefined): Readable {
    const run = this.runs.length - (query.has('previous') ? 2 : 1)
    const lines = this.runs[run] ?? []
    const since = query.get('sinceTime')?.slice(0, 19) ?? ''
    const first = lines.findIndex(({ time }) => time.slice(0, 19) >= since)
    const stream = new Readable({ read() {} })
    stream.on('error', () => {})
    const abort = () => stream.destroy(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted) abort()
    const served = { stream, run, sent: first < 0 ? lines.length : first, left: this.carries }
    this.#open.add(served)
    stream.once('close', () => this.#open.delete(served))
    this.#send(served)
    if (run < this.runs.length - 1 || this.is === 'ended') this.#end(served)
    return stream
  }

  #send(served: Served): void {
    const lines = this.runs[served.run] ?? []
    for (; served.sent < lines.length && this.#open.has(served); served.sent++) {
      const { time, text } = lines[served.sent] as Line
      const bytes = Buffer.from(`${time} ${text}\n`)
      served.stream.push(bytes.subarray(0, served.left))
      served.left -= bytes.length
      if (served.left >= 0) continue
      this.#open.delete(served)
      // What was sent is read before the connection is seen to be cut.
      setImmediate(() => served.stream.destroy(new Error('cut')))
    }
  }

  #end(served: Served): void {
    this.#send(served)
    if (this.#open.delete(served)) served.stream.push(null)
  }

  #endAll(): void {
    for (const served of [...this.#open]) this.#end(served)
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

function timeOf(ms: number): string {
  return `${new Date(Date.UTC(2026, 0, 1) + ms).toISOString().slice(0, -1)}000000Z`
}
