import { describe, expect, it } from 'vitest'
import { completeSpec, planCreate } from '../../src/cluster/plan.ts'
import type { ClusterRecord } from '../../src/cluster/record.ts'
import type { ClusterNode, ClusterSpec } from '../../src/model/cluster.ts'

const spec: ClusterSpec = { name: 'shop', provider: 'kind', workers: 1, ports: [], mounts: [], labels: {} }
const asked = { name: 'shop' }

function record(phase: ClusterRecord['phase'] = 'made'): ClusterRecord {
  return { spec, phase, createdAt: '', image: 'kindest/node:v1.33.4', nodeCount: 2 }
}

function nodes(...running: boolean[]): ClusterNode[] {
  return running.map((up, index) => ({
    name: `node-${index}`,
    role: index === 0 ? 'control-plane' : 'worker',
    running: up,
    abandoned: false,
    image: 'kindest/node:v1.33.4',
  }))
}

const plan = (found: { record?: ClusterRecord; nodes?: ClusterNode[] }, recreate = false, ask = asked) =>
  planCreate(ask, { record: found.record, nodes: found.nodes ?? [] }, { recreate, anew: 'so and so' })

describe('create', () => {
  it('makes what is not there', () => {
    expect(plan({})).toEqual({ do: 'create' })
    expect(plan({ record: record() })).toMatchObject({ do: 'clean and create' })
  })

  it('keeps what is as it should be', () => {
    expect(plan({ record: record(), nodes: nodes(true, true) })).toEqual({ do: 'keep' })
  })

  it('starts what is stopped, in whole or in part', () => {
    expect(plan({ record: record(), nodes: nodes(false, false) })).toMatchObject({ do: 'start' })
    expect(plan({ record: record(), nodes: nodes(true, false) })).toMatchObject({ do: 'start' })
  })

  it.each(['creating', 'deleting'] as const)(
    'takes away what was interrupted while %s, and makes it anew',
    phase => {
      expect(plan({ record: record(phase), nodes: nodes(true) })).toMatchObject({ do: 'clean and create' })
      expect(plan({ record: record(phase) })).toMatchObject({ do: 'clean and create' })
    },
  )

  it('finishes what was interrupted near the end', () => {
    expect(plan({ record: record('finishing'), nodes: nodes(true, true) })).toMatchObject({ do: 'finish' })
  })

  it('takes away what was never started: nothing can be in it', () => {
    const wreck = nodes(false).map(node => ({ ...node, abandoned: true }))
    expect(plan({ nodes: wreck })).toMatchObject({ do: 'clean and create' })
  })

  it('never touches what devk did not make, not even to recreate it', () => {
    for (const recreate of [false, true]) {
      expect(() => plan({ nodes: nodes(true) }, recreate)).toThrow(
        expect.objectContaining({ code: 'CLUSTER_FOREIGN' }),
      )
    }
  })

  it('refuses a cluster that has lost a node, and recreates it where that is asked', () => {
    const found = { record: record(), nodes: nodes(true) }
    expect(() => plan(found)).toThrow(expect.objectContaining({ code: 'CLUSTER_INCOMPLETE' }))
    expect(plan(found, true)).toMatchObject({ do: 'clean and create' })
  })

  it('names each difference and what would keep the cluster', () => {
    const differing = { ...asked, workers: 3, kubernetes: '1.32', ports: [] }
    expect(() => plan({ record: record(), nodes: nodes(true, true) }, false, differing)).toThrow(
      expect.objectContaining({
        code: 'CLUSTER_DIFFERS',
        detail: 'workers: asked 3, made with 1\nkubernetes: asked 1.32, made with 1.33.4',
        hint: expect.stringMatching(/workers: 1; kubernetes: "1\.33\.4".*anew.*: so and so\.$/s),
      }),
    )
  })

  it('takes a shorter version for the same', () => {
    for (const kubernetes of ['1.33', 'v1.33', '1.33.4']) {
      expect(
        plan({ record: record(), nodes: nodes(true, true) }, false, { ...asked, kubernetes } as never),
      ).toEqual({
        do: 'keep',
      })
    }
    expect(() =>
      plan({ record: record(), nodes: nodes(true, true) }, false, { ...asked, kubernetes: '1.3' } as never),
    ).toThrow()
  })
})

it('an interrupted creation goes on with what was asked then, and with what is asked now over it', () => {
  expect(completeSpec({ name: 'shop' }, record('creating'))).toEqual(spec)
  expect(completeSpec({ name: 'shop', workers: 0 }, record('creating'))).toMatchObject({ workers: 0 })
  expect(completeSpec({ name: 'shop' }, undefined)).toMatchObject({ provider: 'kind', workers: 0 })
})
