import { expect, it } from 'vitest'
import type { NodeRecord, Output } from '../../src/engine/node.ts'
import { prepareObjects } from '../../src/kube/manifests/prepare.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { applyRecorded, objectsOf } from '../../src/resources/apply-recorded.ts'
import { fakeCluster } from '../kube/support/fake-cluster.ts'

const { signal } = new AbortController()

const configMap = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

/** A cluster where nodes of these ids apply ConfigMaps, and write down what they apply. */
async function opened() {
  const fake = await fakeCluster()
  const records = new Map<string, NodeRecord>()

  async function apply(id: string, ...names: string[]): Promise<string[]> {
    const record = records.get(id)
    const fingerprint = { cluster: 'one' }
    const write = (more: { notes: Output; output?: Output }) => {
      const before = { id, needs: [], phase: 'done', fingerprint, output: {}, at: '' } as const
      records.set(id, { ...before, needs: [], ...record, ...more })
    }
    const counts = { applied: 0, removed: [] }
    const objects = prepareObjects(names.map(configMap), { project: 'shop', service: id, namespace: 'shop' })
    const context = { record, remember: async (notes: Output) => write({ notes }), say: () => {} }
    const output = await applyRecorded(
      fake.api,
      objects,
      { ...context, note: () => {} },
      {
        project: 'shop',
        cluster: 'one',
        pruneVolumes: false,
        counts,
        hide: () => {},
        elsewhere: async () => objectsOf([...records.values()].filter(other => other.id !== id)),
        signal,
      },
    )
    write({ notes: output, output })
    return counts.removed
  }
  const there = () => [...fake.objects.values()].map(({ metadata }) => metadata.name)
  return { ...fake, apply, there }
}

it('removes what is named no more', async () => {
  await using fake = await opened()
  await fake.apply('workload:api', 'a', 'b')
  expect(await fake.apply('workload:api', 'a')).toEqual(['ConfigMap shop/b'])
  expect(fake.there()).toEqual(['a'])
})

it('leaves what another one names by now: an object that moved is the other’s', async () => {
  await using fake = await opened()
  await fake.apply('workload:api', 'a', 'moved')
  await fake.apply('secret:moved', 'moved')
  expect(await fake.apply('workload:api', 'a')).toEqual([])
  expect(fake.there()).toEqual(['a', 'moved'])
  expect(await fake.apply('secret:moved')).toEqual(['ConfigMap shop/moved'])
})
