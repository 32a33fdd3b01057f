import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/kube/rollout/objects.ts'
import { ownerOf } from '../../../src/kube/rollout/owner-of.ts'

const api = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const backup = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: 'shop', name: 'backup' }
const debug = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'debug' }
const all = [api, backup, debug]

describe('what a pod was made for', () => {
  it('is found through a ReplicaSet', () => {
    const set = workload('ReplicaSet', 'api-1', 'set', { kind: 'Deployment', name: 'api', uid: 'd' })
    expect(ownerOf(snapshot(set), pod({ kind: 'ReplicaSet', name: 'api-1', uid: 'set' }), all)).toBe(api)
  })

  it('is found through a Job of a CronJob, which is not watched', () => {
    const job = workload('Job', 'backup-7', 'job', { kind: 'CronJob', name: 'backup', uid: 'c' })
    expect(ownerOf(snapshot(job), pod({ kind: 'Job', name: 'backup-7', uid: 'job' }), all)).toBe(backup)
  })

  it('is the pod itself where that was applied', () => {
    expect(ownerOf(snapshot(), { kind: 'Pod', name: 'debug' }, all)).toBe(debug)
  })

  it('is nothing for somebody else’s pod, and for one of another namespace', () => {
    expect(ownerOf(snapshot(), pod({ kind: 'ReplicaSet', name: 'other', uid: 'x' }), all)).toBeUndefined()
    expect(ownerOf({ ...snapshot(), namespace: 'else' }, { kind: 'Pod', name: 'debug' }, all)).toBeUndefined()
  })
})

type Owner = { kind: string; name: string; uid: string }

function pod(owner: Owner) {
  return { kind: 'Pod', name: 'any', ownerReferences: [owner] }
}

function workload(kind: 'ReplicaSet' | 'Job', name: string, uid: string, owner: Owner) {
  return { kind, metadata: { name, uid, ownerReferences: [owner] }, spec: {}, status: {} }
}

function snapshot(...workloads: Snapshot['workloads']): Snapshot {
  return { namespace: 'shop', version: 1, pods: [], workloads, events: [] }
}
