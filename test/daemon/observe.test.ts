import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { emptyReport, observe } from '../../src/daemon/session/observe.ts'
import type { Node } from '../../src/engine/node.ts'
import { type Progress, Steps } from '../../src/model/steps.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const node = (title: string) => ({ id: `x:${title}`, title, needs: [] }) as unknown as Node

function observing() {
  const told: Progress[] = []
  const report = emptyReport()
  return { told, report, observer: observe(new Steps(progress => void told.push(progress)), report) }
}

it('tells of a wait only once it lasts, and of its end where nothing was to be done after it', () => {
  const { told, observer } = observing()
  observer.waiting(node('short'), 'waits for the cluster')
  observer.waiting(node('long'), 'waits for the cluster')
  observer.ended(node('short'), { is: 'unchanged', output: {} })
  expect(told).toEqual([])
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual([{ type: 'waiting', title: 'long', why: 'waits for the cluster' }])
  observer.ended(node('long'), { is: 'unchanged', output: {} })
  expect(told.at(-1)).toEqual({ type: 'waiting', title: 'long', why: undefined })
})

it('tells a reason again only where it is another', () => {
  const { told, observer } = observing()
  vi.advanceTimersByTime(1_000)
  for (const reason of ['one', 'one', 'two']) observer.waiting(node('api'), reason)
  expect(told.map(progress => 'why' in progress && progress.why)).toEqual(['one', 'two'])
})

it('keeps what was done and why, and what failed', () => {
  const { report, observer } = observing()
  observer.working(node('api'), ['it was not there before'])
  observer.ended(node('web'), { is: 'held', reason: 'it needs api, which failed' })
  expect(report.done).toEqual([{ what: 'api', why: ['it was not there before'] }])
  expect(report.held).toEqual([{ what: 'web', reason: 'it needs api, which failed' }])
})
