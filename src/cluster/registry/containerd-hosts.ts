import { endpointsByHost, type Registry } from './registry.ts'

export const CERTS_FOLDER = '/etc/containerd/certs.d'

/** containerd's `hosts.toml` for each host that the registry serves, by its path in a node. */
export function containerdHosts(registry: Registry): Map<string, string> {
  const upstreams = new Map(registry.mirrors.map(({ host, upstream }) => [host, upstream]))
  return new Map(
    [...endpointsByHost(registry)].map(([host, endpoints]) => {
      const upstream = upstreams.get(host)
      const blocks = [...(upstream ? [`server = "${upstream}"\n`] : []), ...endpoints.map(hostBlock)]
      return [`${CERTS_FOLDER}/${host}/hosts.toml`, blocks.join('\n')]
    }),
  )
}

function hostBlock(endpoint: string): string {
  const lines = [`[host."${endpoint}"]`, '  capabilities = ["pull", "resolve"]']
  // A path of our own replaces the /v2 that containerd would put between the host and the image's name.
  if (new URL(endpoint).pathname !== '/') lines.push('  override_path = true')
  return `${lines.join('\n')}\n`
}
