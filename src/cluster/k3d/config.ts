import { parse, stringify } from 'yaml'
import type { ClusterSpec } from '../../model/cluster.ts'
import { isTree, mergeTrees, parseProviderConfig, type Tree } from '../merge-config.ts'
import { endpointsByHost, type Registry } from '../registry/registry.ts'

/** k3d's configuration for the cluster: the raw one that the project gives, and devk's over it. */
export function k3dConfig(spec: ClusterSpec, registry: Registry, apiPort: number): Tree {
  const raw = parseProviderConfig(spec.config)
  const extraAgents = typeof raw['agents'] === 'number' ? raw['agents'] : 0
  return mergeTrees(withDefaults(raw), {
    apiVersion: 'k3d.io/v1alpha5',
    kind: 'Simple',
    metadata: { name: spec.name },
    agents: spec.workers + extraAgents,
    // Loopback only; else k3d listens on every address of the machine.
    kubeAPI: { hostIP: '127.0.0.1', hostPort: String(apiPort) },
    ports: spec.ports.map(({ address, host, node, protocol }) => ({
      port: `${address}:${host}:${node}/${protocol}`,
      // Straight to the server, load balancer or not.
      nodeFilters: ['server:0:direct'],
    })),
    volumes: spec.mounts.map(({ from, to, readOnly }) => ({
      volume: `${from}:${to}${readOnly ? ':ro' : ''}`,
      nodeFilters: ['all'],
    })),
    registries: { config: stringify(mergeTrees(rawRegistries(raw), { mirrors: registryMirrors(registry) })) },
    options: {
      k3s: { nodeLabels: nodeLabels(spec) },
      kubeconfig: { updateDefaultKubeconfig: false, switchCurrentContext: false },
    },
  })
}

/** What a project's raw configuration may set otherwise. One server needs no load balancer before it. */
function withDefaults(raw: Tree): Tree {
  return mergeTrees(
    { servers: 1, options: { k3d: { wait: true, timeout: '300s', disableLoadbalancer: true } } },
    raw,
  )
}

/** A project's own registries.yaml: credentials and TLS stay as it says. */
function rawRegistries({ registries }: Tree): Tree {
  const text = isTree(registries) ? registries['config'] : undefined
  const tree: unknown = typeof text === 'string' ? parse(text) : undefined
  return isTree(tree) ? tree : {}
}

function registryMirrors(registry: Registry): Tree {
  return Object.fromEntries([...endpointsByHost(registry)].map(([host, endpoint]) => [host, { endpoint }]))
}

function nodeLabels({ labels }: ClusterSpec): Tree[] {
  return Object.entries(labels).map(([name, value]) => ({ label: `${name}=${value}`, nodeFilters: ['all'] }))
}
