import { expect, it } from 'vitest'
import { differences } from '../../src/cluster/differences.ts'
import type { ClusterSpec } from '../../src/model/cluster.ts'

const config = (path: string, content: string) => ({ config: { path, content } })
const made: ClusterSpec = {
  name: 'shop',
  provider: 'kind',
  workers: 0,
  ports: [{ address: '127.0.0.1', host: 8080, node: 80, protocol: 'tcp' }],
  mounts: [],
  labels: { tier: 'web', disk: 'ssd' },
  ...config('/old/clone/kind.yaml', 'nodes: [8080]'),
}

it('compares only what is asked, whatever its order', () => {
  expect(differences({ name: 'shop' }, made, '1.33.4')).toEqual([])
  expect(differences({ name: 'shop', labels: { disk: 'ssd', tier: 'web' } }, made, '1.33.4')).toEqual([])
})

it('compares a provider’s configuration by its content, wherever the clone is now', () => {
  const moved = { name: 'shop', ...config('/new/clone/kind.yaml', 'nodes: [8080]') }
  expect(differences(moved, made, undefined)).toEqual([])
  const edited = { name: 'shop', ...config('/old/clone/kind.yaml', 'nodes: [8081]') }
  expect(differences(edited, made, undefined)).toHaveLength(1)
})

it('finds a cluster that was made without a configuration as it should be where none is asked', () => {
  const { config: _, ...without } = made
  expect(differences({ name: 'shop', config: undefined }, without, undefined)).toEqual([])
  expect(differences({ name: 'shop', config: undefined }, made, undefined)).toHaveLength(1)
})

it('says what would keep each thing as it is, ready for the project file', () => {
  const asked = { name: 'shop', ports: [], labels: {}, provider: 'k3d' as const }
  expect(differences(asked, made, undefined).map(({ keep }) => keep)).toEqual([
    'provider: kind',
    'ports: ["8080:80"]',
    'labels: { disk: ssd, tier: web }',
  ])
})
