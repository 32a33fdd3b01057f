import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openHidden } from '../../../src/base/hidden/hidden.ts'
import { followPods, type PodLogs } from '../../../src/kube/logs/follow-pods.ts'
import type { Live } from '../../../src/kube/rollout/live.ts'
import { notifier } from '../../../src/kube/rollout/notifier.ts'
import type { Pod } from '../../../src/kube/rollout/objects.ts'
import type { LogSink } from '../../../src/model/log.ts'
import { FakeKubelet } from './fake-kubelet.ts'

let kubelet: FakeKubelet
let live: FakeLive
let logs: PodLogs | undefined
let kept: Map<string, string>

beforeEach(() => {
  kubelet = new FakeKubelet()
  live = new FakeLive()
  kept = new Map()
})
afterEach(() => logs?.[Symbol.asyncDispose]())

describe('following the pods of a namespace', () => {
  it('keeps what all containers of wanted pods print, init containers too, and nothing of others', async () => {
    kubelet.print('hello')
    follow({ wants: async pod => pod.metadata.name !== 'other' })
    live.pods = [pod('api', { init: 'prepare' }), pod('other')]
    live.listed()
    await vi.waitFor(() => expect([...kept.keys()].toSorted()).toEqual(['api/main', 'api/prepare']))
  })

  it('tells that all is kept only once pods were listed', async () => {
    follow()
    const caughtUp = vi.fn()
    const waiting = new AbortController()
    void logs?.caughtUp(waiting.signal).then(caughtUp)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(caughtUp).not.toHaveBeenCalled()
    kubelet.print('hello')
    live.pods = [pod('api')]
    live.listed()
    await vi.waitFor(() => expect(caughtUp).toHaveBeenCalled())
    expect(kept.get('api/main')).toContain('hello')
  })

  it('begins although the cluster did not answer for long at first', async () => {
    live.failures = 3
    follow()
    kubelet.print('hello')
    live.pods = [pod('api')]
    live.listed()
    await logs?.caughtUp(new AbortController().signal)
    expect(kept.get('api/main')).toContain('hello')
  })

  it('tries again where it could not be begun to keep one', async () => {
    const errors: unknown[] = []
    let failures = 2
    follow({
      onError: error => errors.push(error),
      before: () => {
        if (failures-- > 0) throw new Error('the disk is full')
      },
    })
    kubelet.print('hello')
    live.pods = [pod('api')]
    live.listed()
    await vi.waitFor(() => {
      live.tell()
      expect(kept.get('api/main')).toContain('hello')
    })
    expect(errors).toHaveLength(2)
  })
})

function follow({
  wants = async () => true,
  onError = error => {
    throw error
  },
  before = () => {},
}: Partial<Parameters<typeof followPods>[2]> & { before?: () => void } = {}): void {
  logs = followPods(kubelet.api(), live, {
    wants,
    onError,
    async open({ pod, container }) {
      before()
      return sink(`${pod.metadata.name}/${container}`)
    },
  })
}

function sink(key: string): LogSink {
  return {
    position: undefined,
    write: async bytes => void kept.set(key, `${kept.get(key) ?? ''}${bytes}`),
    beginRun() {},
    endLine() {},
    abandonLine() {},
    onFailure: () => () => {},
    async [Symbol.asyncDispose]() {},
  }
}

function pod(name: string, { init }: { init?: string } = {}): Pod {
  const running = (container: string) => ({ name: container, restartCount: 0, state: { running: {} } })
  return {
    metadata: { name, uid: `uid-${name}`, namespace: 'shop' },
    spec: { containers: [{ name: 'main' }], ...(init && { initContainers: [{ name: init }] }) },
    status: {
      containerStatuses: [running('main')],
      ...(init && { initContainerStatuses: [running(init)] }),
    },
  }
}

class FakeLive implements Live {
  readonly namespace = 'shop'
  readonly hidden = openHidden()
  secretsRefused = () => undefined
  pods: Pod[] = []
  /** How often it is said that nothing was heard. */
  failures = 0
  #changes = notifier()
  #listed = Promise.withResolvers<void>()

  listed(): void {
    this.#listed.resolve()
    this.tell()
  }

  tell(): void {
    this.#changes.tell()
  }

  async synced(): Promise<void> {
    if (this.failures-- > 0) throw new Error('nothing was heard')
    await this.#listed.promise
  }

  snapshot() {
    const { namespace, pods } = this
    return { namespace, pods, version: this.#changes.version(), workloads: [], events: [], lost: undefined }
  }

  changed(version: number, signal: AbortSignal): Promise<void> {
    return this.#changes.changed(version, signal)
  }

  subscribe(listener: () => void): () => void {
    return this.#changes.subscribe(listener)
  }

  close(): void {
    this.#changes.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
