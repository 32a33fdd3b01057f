import { describe, expect, it } from 'vitest'
import { seenContainer } from '../../../src/kube/logs/view-container.ts'
import type { ContainerStatus, Pod } from '../../../src/kube/rollout/objects.ts'

describe('what a status says of a container’s log', () => {
  it('has nothing before it was ever started', () => {
    expect(seen({ restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } })?.is).toBe('coming')
    expect(seenContainer(pod(), 'other')).toBeUndefined()
  })

  it('is being written while it runs, and the run before is the one with one restart less', () => {
    expect(seen({ restartCount: 3, state: { running: {} } })).toMatchObject({
      is: 'running',
      run: 3,
      runBefore: 2,
    })
  })

  it('has ended while it waits to be restarted: what is told as the run before is then that very run', () => {
    const crashed = { terminated: { exitCode: 1 } }
    const waiting = { waiting: { reason: 'CrashLoopBackOff' } }
    expect(seen({ restartCount: 2, state: waiting, lastState: crashed })).toMatchObject({
      is: 'ended',
      run: 2,
      runBefore: 2,
    })
    expect(seen({ restartCount: 2, state: crashed })).toMatchObject({ is: 'ended', runBefore: 1 })
  })

  it('is another one after each restart and each end', () => {
    const states = [
      seen({ restartCount: 0, state: { running: {} } }),
      seen({ restartCount: 0, state: { terminated: { exitCode: 0 } } }),
      seen({ restartCount: 1, state: { running: {} } }),
    ].map(each => each?.state)
    expect(new Set(states).size).toBe(3)
  })

  it('knows init containers', () => {
    const status = { name: 'prepare', restartCount: 0, state: { terminated: { exitCode: 0 } } }
    const withInit = { ...pod(), status: { initContainerStatuses: [status] } }
    expect(seenContainer(withInit, 'prepare')?.is).toBe('ended')
  })
})

function seen(status: Omit<ContainerStatus, 'name'>) {
  return seenContainer({ ...pod(), status: { containerStatuses: [{ name: 'api', ...status }] } }, 'api')
}

function pod(): Pod {
  return { metadata: { name: 'api-1' }, spec: { containers: [{ name: 'api' }] }, status: {} }
}
