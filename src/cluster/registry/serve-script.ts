import type { Mirror } from './mirrors.ts'

/**
 * What the registry container runs: the registry that is pushed to, and beside it a pull-through process a public
 * registry. A pull-through process does not start while its upstream can't be reached: until the next try, what it
 * has fetched before is served without it.
 */
export function serveScript(mirrors: readonly Mirror[]): string {
  return [
    'for config in /etc/distribution/config.yml /etc/docker/registry/config.yml; do [ -f "$config" ] && break; done',
    'pull_through() {',
    '  export REGISTRY_HTTP_ADDR=":$2" REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY="/var/lib/registry/mirrors/$1"',
    '  while :; do',
    '    REGISTRY_PROXY_REMOTEURL="$3" REGISTRY_PROXY_TTL=0 registry serve "$config"',
    '    timeout 60 registry serve "$config"',
    '  done',
    '}',
    ...mirrors.map(
      ({ host, port, upstream }) => `pull_through ${host} ${port} ${upstream} >/dev/null 2>&1 &`,
    ),
    'exec registry serve "$config"',
  ].join('\n')
}
