import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openHidden } from '../../../src/base/hidden/hidden.ts'
import { followContainer } from '../../../src/kube/logs/follow-container.ts'
import { linesForward, listSources } from '../../../src/logs/read-lines.ts'
import { openRing } from '../../../src/logs/ring.ts'
import type { LogSink } from '../../../src/model/log.ts'
import { FakeKubelet } from './fake-kubelet.ts'

const hidden = openHidden()

let folder: string
let closing: AbortController
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-follow-'))
  closing = new AbortController()
})
afterEach(async () => {
  closing.abort()
  await Promise.all(following)
  await rm(folder, { recursive: true })
})

const following: Promise<void>[] = []
const limits = { retryMs: 1, retryMaxMs: 5, lostMs: 5, longLostMs: 5, silenceMs: 30 }
const source = { service: 'api', namespace: 'shop', pod: 'api-1', uid: 'uid-1', container: 'api' }

describe('following a container', () => {
  it('keeps what was printed before and what comes', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('before')
    const { done } = follow(kubelet)
    await until(['before'])
    kubelet.print('after')
    await until(['before', 'after'])
    kubelet.remove()
    await done
  })

  it('tells when all that was printed before is kept', async () => {
    const kubelet = new FakeKubelet()
    for (let line = 0; line < 1_000; line++) kubelet.print(`line ${line}`)
    await follow(kubelet).caughtUp
    expect(await kept()).toHaveLength(1_000)
  })

  it('keeps each line once over a restart, in order, also the last one before it', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    follow(kubelet)
    await until(['one'])
    kubelet.print('last words')
    kubelet.restart()
    kubelet.print('again')
    await until(['one', 'last words', 'again'])
  })

  it('keeps what was printed before a restart while the connection was cut', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    follow(kubelet)
    await until(['one'])
    kubelet.cut()
    kubelet.print('two')
    kubelet.restart()
    kubelet.print('three')
    await until(['one', 'two', 'three'])
  })

  it('repeats no line of the same time', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    kubelet.print('two', 0)
    follow(kubelet)
    await until(['one', 'two'])
    kubelet.cut()
    kubelet.print('three', 0)
    await until(['one', 'two', 'three'])
  })

  it('keeps what a container printed that ended at once, and asks no more', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('not for long')
    kubelet.end()
    const { done } = follow(kubelet)
    await until(['not for long'])
    await settle()
    const { asked } = kubelet
    await settle()
    expect(kubelet.asked).toBe(asked)
    kubelet.remove()
    await done
  })

  it('begins anew where the cluster was not heard of, since the connection may be dead without a sign', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    follow(kubelet)
    await until(['one'])
    await settle()
    const { asked } = kubelet
    kubelet.hearAgain()
    await vi.waitFor(() => expect(kubelet.asked).toBeGreaterThan(asked))
    kubelet.print('two')
    await until(['one', 'two'])
  })

  it('goes on where another one was ended', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    kubelet.print('two', 0)
    const first = follow(kubelet)
    await until(['one', 'two'])
    first.stop()
    await first.done
    kubelet.print('three', 0)
    follow(kubelet)
    await until(['one', 'two', 'three'])
  })

  it('takes what Kubernetes says in place of a log for none, and keeps what comes after it', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    follow(kubelet)
    await until(['one'])
    kubelet.restart()
    kubelet.isLastGone = true
    kubelet.cut()
    kubelet.print('two')
    await until(['one', 'two'])
  })

  it('leaves no connection open once it ends', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    const { done, stop } = follow(kubelet)
    await until(['one'])
    stop()
    await done
    await vi.waitFor(() => expect(kubelet.connections).toBe(0))
  })

  it('reads again from where it was once the disk takes what it refused', async () => {
    const kubelet = new FakeKubelet()
    kubelet.print('one')
    let refusals = 3
    follow(kubelet, sink => ({
      ...sink,
      get position() {
        return sink.position
      },
      async write(bytes) {
        if (refusals-- > 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
        await sink.write(bytes)
      },
    }))
    await until(['one'])
    expect(refusals).toBeLessThan(0)
  })

  it('keeps each line exactly once, in order, whatever is cut where', async () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant('print' as const), laterMs: fc.constantFrom(0, 0, 1, 400, 1_500) }),
      fc.constant({ does: 'cut' as const }),
      fc.constant({ does: 'restart' as const }),
      fc.constant({ does: 'hear' as const }),
      fc.record({ does: fc.constant('carry' as const), bytes: fc.integer({ min: 1, max: 200 }) }),
      fc.constant({ does: 'pause' as const }),
    )
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const into = join(folder, String(round++))
        const kubelet = new FakeKubelet()
        const { done } = follow(kubelet, undefined, into)
        const printed: string[] = []
        for (const each of steps) {
          if (each.does === 'print') {
            printed.push(`line ${printed.length}`)
            kubelet.print(printed.at(-1) ?? '', each.laterMs)
          }
          if (each.does === 'cut') kubelet.cut()
          if (each.does === 'hear') kubelet.hearAgain()
          if (each.does === 'carry') kubelet.carries = each.bytes
          if (each.does === 'restart') {
            // Kubernetes keeps one run beside the last one: of the one before that, all has to be read.
            await untilKept(
              kubelet,
              printed.slice(0, printed.length - (kubelet.runs.at(-1)?.length ?? 0)),
              into,
            )
            kubelet.restart()
          }
          if (each.does === 'pause') await settle()
        }
        await untilKept(kubelet, printed, into)
        kubelet.remove()
        await done
        expect(await kept(into)).toEqual(printed)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})

function follow(
  kubelet: FakeKubelet,
  wrap: (sink: LogSink) => LogSink = sink => sink,
  into = folder,
): { done: Promise<void>; caughtUp: Promise<void>; stop: () => void } {
  const own = new AbortController()
  const caughtUp = Promise.withResolvers<void>()
  const done = (async () => {
    const ring = await openRing(into, { maxBytes: 1_000_000, hidden })
    await using writer = await ring.writer(source)
    await followContainer(kubelet.api(), kubelet.view(), wrap(writer), {
      signal: AbortSignal.any([closing.signal, own.signal]),
      onCaughtUp: caughtUp.resolve,
      limits,
    })
  })()
  following.push(done)
  return { done, caughtUp: caughtUp.promise, stop: () => own.abort() }
}

async function until(texts: string[]): Promise<void> {
  await vi.waitFor(async () => expect(await kept()).toEqual(texts), { interval: 5 })
}

async function untilKept(kubelet: FakeKubelet, texts: string[], from: string): Promise<void> {
  const { carries } = kubelet
  kubelet.carries = Number.POSITIVE_INFINITY
  await vi.waitFor(async () => expect((await kept(from)).slice(0, texts.length)).toEqual(texts), {
    interval: 2,
  })
  kubelet.carries = carries
}

async function kept(from = folder): Promise<string[]> {
  const texts: string[] = []
  for (const files of await listSources(from, () => true)) {
    for await (const lines of linesForward(files)) texts.push(...lines.map(({ text }) => text.toString()))
  }
  return texts
}

/** Long enough for what would be done at once. */
async function settle(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 40))
}
