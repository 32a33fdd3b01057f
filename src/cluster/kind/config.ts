import { DevkError } from '../../base/errors.ts'
import type { ClusterSpec } from '../../model/cluster.ts'
import { mergeTrees, parseProviderConfig, type Tree } from '../merge-config.ts'
import { CERTS_FOLDER } from '../registry/containerd-hosts.ts'

/** kind's configuration for the cluster: the raw one that the project gives, and devk's over it. */
export function kindConfig(spec: ClusterSpec): Tree {
  const raw = parseProviderConfig(spec.config)
  const nodes = nodesOf(raw, spec).map((node, index) => mergeTrees(node, nodeSettings(spec, index === 0)))
  return {
    ...mergeTrees(raw, {
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      name: spec.name,
      // containerd 1.x reads certs.d only when told to; 2.x does anyway.
      containerdConfigPatches: [
        `[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${CERTS_FOLDER}"\n`,
      ],
    }),
    nodes,
  }
}

/** The raw file's own nodes count; the workers asked for beside them come on top. */
function nodesOf(raw: Tree, { workers, config }: ClusterSpec): Tree[] {
  const given = raw['nodes'] ?? [{ role: 'control-plane' }]
  if (!Array.isArray(given) || given.length === 0) {
    throw new DevkError({
      code: 'CLUSTER_CONFIG',
      message: `${config?.path}: nodes must be a list with at least one node.`,
      hint: 'Leave nodes out for a single control plane.',
    })
  }
  return [...given, ...Array.from({ length: workers }, () => ({ role: 'worker' }))]
}

/** Host ports lead to the first node: one port of the host can be given to one node only. */
function nodeSettings({ labels, mounts, ports }: ClusterSpec, first: boolean): Tree {
  return {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(mounts.length > 0 && {
      extraMounts: mounts.map(({ from, to, readOnly }) => ({ hostPath: from, containerPath: to, readOnly })),
    }),
    ...(first &&
      ports.length > 0 && {
        extraPortMappings: ports.map(({ address, host, node, protocol }) => ({
          containerPort: node,
          hostPort: host,
          listenAddress: address,
          protocol: protocol.toUpperCase(),
        })),
      }),
  }
}
