import { describe, expect, it } from 'vitest'
import { containersOf } from '../../src/daemon/sync/containers-of.ts'
import type { Pod } from '../../src/kube/rollout/objects.ts'
import { pod, running, snapshot } from '../kube/support/seen.ts'
import { rule } from '../sync/rule.ts'

const image = 'localhost:5050/shop/api@sha256:new'
const objects = [{ apiVersion: 'v1', kind: 'Pod', name: 'api-1', namespace: 'shop', uid: '', version: '' }]
const src = rule('/src', '/app')
const ran = { ...running(), containerID: 'containerd://abc' }

const of = (seen: Pod, more: Partial<Parameters<typeof containersOf>[1]> = {}) =>
  containersOf(snapshot({ pods: [seen] }), { rules: [src], objects, image, ...more }).map(
    ({ id, name, rules }) => ({ id, name, rules: rules.length }),
  )
const two = (first: string, second: string) => ({
  containers: [
    { name: 'side', image: first },
    { name: 'main', image: second },
  ],
})

describe('the containers that sources are written into', () => {
  it('are those that run the service’s own image, whichever of its digests', () => {
    const old = two('redis:7', 'localhost:5050/shop/api@sha256:old')
    expect(of(pod({ spec: old, container: ran }))).toEqual([{ id: 'abc', name: 'main', rules: 1 }])
  })

  it('are the pod’s default ones where the service builds none, or its pod runs another', () => {
    const spec = two('redis:7', 'postgres:15')
    expect(of(pod({ spec }), { image: undefined }).map(({ name }) => name)).toEqual(['side'])
    expect(of(pod({ spec })).map(({ name }) => name)).toEqual(['side'])
  })

  it('are those that a rule names', () => {
    const rules = [rule('/src', '/app', { container: 'side' }), src]
    const spec = two('redis:7', image)
    expect(of(pod({ spec, container: ran }), { rules })).toEqual([
      { id: undefined, name: 'side', rules: 1 },
      { id: 'abc', name: 'main', rules: 1 },
    ])
  })

  it('have no id while they do not run', () => {
    expect(of(pod({ spec: { containers: [{ name: 'main', image }] } }))).toEqual([
      { id: undefined, name: 'main', rules: 1 },
    ])
  })

  it('are none of a pod that is being deleted, has ended, or is another service’s', () => {
    const spec = { containers: [{ name: 'main', image }] }
    expect(of(pod({ spec, container: ran, deleting: true }))).toEqual([])
    expect(of(pod({ spec, status: { phase: 'Succeeded' } }))).toEqual([])
    expect(of(pod({ name: 'other', spec, container: ran }))).toEqual([])
  })
})
