import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { k3dConfig } from '../../src/cluster/k3d/config.ts'
import { kindConfig } from '../../src/cluster/kind/config.ts'
import { containerdHosts } from '../../src/cluster/registry/containerd-hosts.ts'
import { mirrors } from '../../src/cluster/registry/mirrors.ts'
import type { Registry } from '../../src/cluster/registry/registry.ts'
import type { ClusterSpec } from '../../src/model/cluster.ts'

const registry: Registry = {
  container: 'devk-registry',
  host: 'localhost:5050',
  port: 5050,
  mirrors: mirrors(),
}
const spec: ClusterSpec = {
  name: 'shop',
  provider: 'kind',
  workers: 2,
  ports: [{ address: '127.0.0.1', host: 8080, node: 80, protocol: 'tcp' }],
  mounts: [{ from: '/work/data', to: '/data', readOnly: true }],
  labels: { tier: 'web' },
}

it('asks kind for the nodes, with ports on the first one and labels and mounts on each', () => {
  const { nodes, name } = kindConfig(spec) as { name: string; nodes: Record<string, unknown>[] }
  expect(name).toBe('shop')
  expect(nodes.map(node => node['role'])).toEqual(['control-plane', 'worker', 'worker'])
  expect(nodes.map(node => node['extraPortMappings'])).toEqual([
    [{ containerPort: 80, hostPort: 8080, listenAddress: '127.0.0.1', protocol: 'TCP' }],
    undefined,
    undefined,
  ])
  for (const node of nodes) {
    expect(node).toMatchObject({
      labels: { tier: 'web' },
      extraMounts: [{ hostPath: '/work/data', containerPath: '/data', readOnly: true }],
    })
  }
})

it('merges a raw kind configuration under its own, lists joined', () => {
  const content =
    'networking: { podSubnet: 10.9.0.0/16 }\nnodes:\n- role: control-plane\n  labels: { disk: ssd }\ncontainerdConfigPatches: ["a"]\nname: other\n'
  const config = kindConfig({ ...spec, workers: 0, config: { path: 'kind.yaml', content } }) as Record<
    string,
    unknown
  >
  expect(config).toMatchObject({
    name: 'shop',
    networking: { podSubnet: '10.9.0.0/16' },
    nodes: [{ role: 'control-plane', labels: { disk: 'ssd', tier: 'web' } }],
    containerdConfigPatches: ['a', expect.stringContaining('config_path')],
  })
})

it('says where a raw configuration is no YAML', () => {
  const config = { path: 'kind.yaml', content: 'nodes:\n  - role: [\n' }
  expect(() => kindConfig({ ...spec, config })).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/kind\.yaml:\d+:\d+/) }),
  )
})

it('asks k3d for loopback ports, labels, mounts and the registry’s mirrors, and for no load balancer', () => {
  const config = k3dConfig({ ...spec, provider: 'k3d' }, registry, 6550) as Record<string, unknown>
  expect(config).toMatchObject({
    metadata: { name: 'shop' },
    servers: 1,
    agents: 2,
    kubeAPI: { hostIP: '127.0.0.1', hostPort: '6550' },
    ports: [{ port: '127.0.0.1:8080:80/tcp', nodeFilters: ['server:0:direct'] }],
    volumes: [{ volume: '/work/data:/data:ro', nodeFilters: ['all'] }],
    options: {
      k3d: { disableLoadbalancer: true },
      k3s: { nodeLabels: [{ label: 'tier=web', nodeFilters: ['all'] }] },
    },
  })
  const { config: text } = config['registries'] as { config: string }
  expect(parse(text).mirrors).toMatchObject({
    'localhost:5050': { endpoint: ['http://devk-registry:5000'] },
    'docker.io': { endpoint: ['http://devk-registry:5000/v2/docker.io', 'http://devk-registry:5001'] },
  })
})

it('lets a raw k3d configuration have its load balancer', () => {
  const content = 'options: { k3d: { disableLoadbalancer: false } }\n'
  const config = k3dConfig({ ...spec, config: { path: 'k3d.yaml', content } }, registry, 6550)
  expect(config).toMatchObject({ options: { k3d: { disableLoadbalancer: false, wait: true } } })
})

it('sends containerd to the registry first, to the pull-through next, and to the upstream last', () => {
  const hosts = containerdHosts(registry)
  expect(hosts.get('/etc/containerd/certs.d/localhost:5050/hosts.toml')).toBe(
    '[host."http://devk-registry:5000"]\n  capabilities = ["pull", "resolve"]\n',
  )
  const docker = hosts.get('/etc/containerd/certs.d/docker.io/hosts.toml') ?? ''
  const order = [
    'server = ',
    '[host."http://devk-registry:5000/v2/docker.io"]',
    'override_path = true',
    '[host."http://devk-registry:5001"]',
  ]
  const places = order.map(part => docker.indexOf(part))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places).not.toContain(-1)
})

it('lets a machine’s settings add a mirror and send another one elsewhere', () => {
  const list = mirrors({
    'docker.io': 'https://mirror.example',
    'registry.example': 'https://registry.example',
  })
  expect(list.find(({ host }) => host === 'docker.io')?.upstream).toBe('https://mirror.example')
  expect(new Set(list.map(({ port }) => port)).size).toBe(list.length)
})
