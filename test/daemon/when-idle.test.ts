import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { whenIdle } from '../../src/daemon/when-idle.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function idling() {
  const done: string[] = []
  const idle = whenIdle([
    { afterMs: 10, act: () => done.push('soon') },
    { afterMs: 100, act: () => done.push('late') },
  ])
  return { done, idle }
}

it('does each thing after its own time, from the start on', () => {
  const { done } = idling()
  vi.advanceTimersByTime(50)
  expect(done).toEqual(['soon'])
  vi.advanceTimersByTime(50)
  expect(done).toEqual(['soon', 'late'])
})

it('does nothing while somebody asks, and all of it again after that', () => {
  const { done, idle } = idling()
  vi.advanceTimersByTime(50)
  idle.pause()
  vi.advanceTimersByTime(1_000)
  expect(done).toEqual(['soon'])
  idle.restart()
  vi.advanceTimersByTime(100)
  expect(done).toEqual(['soon', 'soon', 'late'])
})
